package io.tpmkeeper.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A process that was started on a {@link LibvirtHost} and left running. What it writes goes to a file. */
public final class HostProcess implements AutoCloseable {
    private final Process entered;
    private final Path log;
    private final ProcessHandle process;

    private HostProcess(Process entered, Path log, ProcessHandle process) {
        this.entered = entered;
        this.log = log;
        this.process = process;
    }

    static HostProcess start(ProcessBuilder builder, Path log) {
        try {
            Process entered = builder.redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            entered.getOutputStream().close();
            // nsenter waits outside for the child that is inside; a signal to nsenter would not reach it.
            Optional<ProcessHandle> child = Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> entered.children().findFirst(), found -> found.isPresent() || !entered.isAlive());
            return new HostProcess(entered, log, child.orElse(entered.toHandle()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its id as this program sees it; on the host it has another one. */
    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return entered.isAlive();
    }

    /** All that it has written so far, to standard output and error. */
    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a signal by its name, such as {@code STOP}, {@code CONT} or {@code HUP}. */
    public void signal(String signal) {
        Result.of(new ProcessBuilder("kill", "-" + signal, Long.toString(pid())))
                .orThrow();
    }

    /** Waits for its end; the exit status, or 128 plus the signal that ended it. Empty if it runs on. */
    public Optional<Integer> waitFor(Duration limit) {
        try {
            return entered.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)
                    ? Optional.of(entered.exitValue())
                    : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a process", e);
        }
    }

    /** SIGTERM, and waits until it has ended. */
    public void stop() {
        process.destroy();
        entered.onExit().join();
    }

    /** SIGKILL, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        entered.onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
