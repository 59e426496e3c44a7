package io.tpmkeeper.charts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that is compared; with {@code -Dgoldens=write} in {@code test.jvm.options} it is written, to be read and committed. */
record Golden(Path file) {
    void holds(String actual) throws IOException {
        if ("write".equals(System.getProperty("goldens"))) {
            Files.writeString(file, actual);
        }
        assertThat(file).as("no such golden; what came is: " + actual).exists();
        assertThat(actual).isEqualTo(Files.readString(file));
    }
}
