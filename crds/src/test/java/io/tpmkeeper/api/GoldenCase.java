package io.tpmkeeper.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory named after a rule: {@code in-1.yaml}, {@code in-2.yaml}… are sent one after the other (the first makes the object,
 * the others change it), and beside them lies what comes of the last: {@code out-message.txt}, what a person reads, or
 * {@code out.yaml}, the object that was accepted.
 */
record GoldenCase(Path directory) {
    private static final Path ALL = Path.of("src/test/resources/api");
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .build();

    static List<GoldenCase> all() {
        return list(ALL).map(GoldenCase::new).toList();
    }

    private static Stream<Path> list(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Path> steps() {
        return list(directory)
                .filter(f -> f.getFileName().toString().startsWith("in-"))
                .toList();
    }

    Path message() {
        return directory.resolve("out-message.txt");
    }

    Path accepted() {
        return directory.resolve("out.yaml");
    }

    boolean isAccepted() {
        return Files.exists(accepted());
    }

    JsonNode lastStep() {
        return read(steps().getLast());
    }

    static JsonNode read(Path yaml) {
        try {
            return YAML.readTree(yaml.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An object as YAML, without what is another one at each run. */
    static String comparable(String object) {
        try {
            ObjectNode tree = (ObjectNode) YAML.readTree(object);
            ObjectNode metadata = (ObjectNode) tree.get("metadata");
            metadata.remove(List.of("uid", "resourceVersion", "creationTimestamp", "managedFields"));
            return YAML.writeValueAsString(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return directory.getFileName().toString();
    }
}
