package io.tpmkeeper.charts;

import io.tpmkeeper.testbed.Helm;
import io.tpmkeeper.testbed.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the chart and what belongs to it lies, and Helm on it. */
final class Chart {
    static final Path CLONE = Path.of("..").toAbsolutePath().normalize();
    static final Path DIRECTORY = CLONE.resolve("charts/tpm-keeper");

    private Chart() {}

    /** What the API server would get with some values. */
    static Result template(String... arguments) {
        return Helm.alone()
                .run(Stream.concat(Stream.of("template", "tpm-keeper", DIRECTORY.toString()), Stream.of(arguments))
                        .toArray(String[]::new));
    }

    /** The directories below one, each a case named after its promise. */
    static List<Path> cases(String kind) throws IOException {
        try (Stream<Path> cases = Files.list(Path.of("src/test", kind))) {
            return cases.sorted().toList();
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
