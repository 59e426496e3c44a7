package io.tpmkeeper.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A long-running program that writes to a log of its own. */
final class Daemon implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final int LINES_SHOWN = 15;

    private final String name;
    private final Path log;
    private final Process process;

    private Daemon(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    static Daemon start(String name, Path log, Stream<String> command) {
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            Process process = new ProcessBuilder(command.toList())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            process.getOutputStream().close();
            return new Daemon(name, log, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    /** Waits until the program is ready; fails as soon as it has ended instead, with the end of its log. */
    void awaitReady(BooleanSupplier ready) {
        try {
            Awaitility.await()
                    .atMost(READY_WITHIN)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !process.isAlive() || ready.getAsBoolean());
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException(
                    name + " was not ready within " + READY_WITHIN.toSeconds() + " s" + endOfLog(), e);
        }
        if (!process.isAlive()) {
            throw new IllegalStateException(name + " ended with " + process.exitValue() + endOfLog());
        }
    }

    /** Sends a signal by its name, such as {@code STOP}. */
    void signal(String signal) {
        Result.of(new ProcessBuilder("kill", "-" + signal, Long.toString(pid())))
                .orThrow();
    }

    /** SIGKILL, and waits until it is gone. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    private String endOfLog() {
        try {
            List<String> lines = Files.readAllLines(log);
            return "; the end of " + log + ":\n"
                    + String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
        } catch (IOException e) {
            return "; its log " + log + " cannot be read: " + e.getMessage();
        }
    }
}
