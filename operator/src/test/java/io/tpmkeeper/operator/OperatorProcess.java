package io.tpmkeeper.operator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The operator, started as it is installed: its own process, under its own service account. */
final class OperatorProcess implements AutoCloseable {
    private final Process process;

    private OperatorProcess(Process process) {
        this.process = process;
    }

    static OperatorProcess start(Path kubeconfig) {
        return start("operator", kubeconfig, "--no-leader-elect");
    }

    static OperatorProcess start(String name, Path kubeconfig, String... options) {
        Path logs =
                Path.of(Optional.ofNullable(System.getenv("TPM_KEEPER_LOGS")).orElse("target"));
        try {
            Files.createDirectories(logs);
            return new OperatorProcess(new ProcessBuilder(Stream.concat(
                                    Stream.of(
                                            Path.of(System.getProperty("java.home"), "bin", "java")
                                                    .toString(),
                                            "-XX:+UseSerialGC",
                                            "-Xmx128m",
                                            "--enable-native-access=ALL-UNNAMED",
                                            "-Dlogback.configurationFile="
                                                    + Path.of("target/classes/logback.xml")
                                                            .toAbsolutePath(),
                                            "-cp",
                                            System.getProperty("java.class.path"),
                                            OperatorMain.class.getName(),
                                            "--kubeconfig",
                                            kubeconfig.toString()),
                                    Stream.of(options))
                            .toList())
                    .redirectErrorStream(true)
                    .redirectOutput(logs.resolve(name + ".log").toFile())
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
