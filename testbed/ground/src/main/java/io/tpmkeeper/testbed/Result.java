package io.tpmkeeper.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a command that has ended left: its exit status and all that it wrote. */
public record Result(List<String> command, int exit, String stdout, String stderr) {

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

    /** Runs a command to its end. */
    static Result of(ProcessBuilder command) {
        try {
            Process process = command.start();
            process.getOutputStream().close();
            CompletableFuture<String> stderr = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> stderr.complete(text(process.getErrorStream())));
            String stdout = text(process.getInputStream());
            return new Result(List.copyOf(command.command()), process.waitFor(), stdout, stderr.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command.command(), e);
        }
    }

    private static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(not readable: " + e.getMessage() + ")";
        }
    }
}
