package io.tpmkeeper.testbed;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What a command that has ended left: its exit status and all that it wrote. */
public record Result(List<String> command, int exit, String stdout, String stderr) {

    // A command that hangs fails its test with a name, before the whole run is given up.
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final File NOTHING = new File("/dev/null");

    public boolean succeeded() {
        return exit == 0;
    }

    /** Itself, if the command succeeded; otherwise an exception with the command and what it said. */
    public Result orThrow() {
        if (!succeeded()) {
            throw new CommandFailedException(this);
        }
        return this;
    }

    /** Runs a command to its end; it reads nothing. */
    static Result of(ProcessBuilder command) {
        return ofReading(command.redirectInput(NOTHING));
    }

    /** Runs a command to its end; it reads the file. */
    static Result of(ProcessBuilder command, Path input) {
        return ofReading(command.redirectInput(input.toFile()));
    }

    private static Result ofReading(ProcessBuilder command) {
        try {
            Process process = command.start();
            CompletableFuture<String> stdout = collect(process.getInputStream());
            CompletableFuture<String> stderr = collect(process.getErrorStream());
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        "did not end within " + LIMIT.toSeconds() + " s: " + String.join(" ", command.command()));
            }
            return new Result(List.copyOf(command.command()), process.exitValue(), stdout.join(), stderr.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command.command(), e);
        }
    }

    private static CompletableFuture<String> collect(InputStream stream) {
        CompletableFuture<String> collected = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> collected.complete(text(stream)));
        return collected;
    }

    private static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(not readable: " + e.getMessage() + ")";
        }
    }
}
