package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The chart as a release before had it: its VmTpmState has a column less. */
final class OlderChart {
    private OlderChart() {}

    static Path of(Path chart) throws IOException {
        Path older = Files.createTempDirectory("older-").resolve("tpm-keeper");
        try (Stream<Path> files = Files.walk(chart)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, older.resolve(chart.relativize(file).toString()));
            }
        }
        Path crd = older.resolve("files/crds/tpmkeeper.io_vmtpmstates.yaml");
        String now = Files.readString(crd);
        String before = now.replaceFirst("(?m)^ +- name: Gen\\n( +)type: .*\\n(\\1.*\\n)*", "");
        assertThat(before).isNotEqualTo(now).contains("- name: Reason");
        Files.writeString(crd, before);
        return older;
    }
}
