package io.tpmkeeper.charts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that is compared; with {@code -Dgolden.write=true} in {@code test.jvm.options} it is written, to be read and committed. */
record Golden(Path file) {
    void holds(String actual) throws IOException {
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(file, actual);
        }
        assertThat(file).as("no such golden; what came is: " + actual).exists();
        assertThat(actual).isEqualTo(Files.readString(file));
    }
}
