package io.tpmkeeper.api;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A page that names what nobody says misleads: whoever waits for it waits for ever. */
class ReasonIsSaidTest {
    private static final List<String> MODULES = List.of("protocol", "operator", "node-daemonset");

    @Test
    void everyReasonAndEveryConditionIsSaidSomewhere() {
        String code = MODULES.stream().map(ReasonIsSaidTest::code).collect(joining("\n"));

        assertThat(Arrays.stream(Reason.values()).filter(r -> !isIn(code, "Reason", r, r.toString())))
                .as("reasons that no code says")
                .isEmpty();
        assertThat(Arrays.stream(ConditionType.values()).filter(t -> !isIn(code, "ConditionType", t, t.toString())))
                .as("conditions that no code sets")
                .isEmpty();
    }

    private static boolean isIn(String code, String type, Enum<?> constant, String word) {
        return code.contains('"' + word + '"')
                || Pattern.compile("\\b" + type + "\\." + constant.name() + "\\b")
                        .matcher(code)
                        .find();
    }

    private static String code(String module) {
        try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
            return files.filter(f -> f.toString().endsWith(".java"))
                    .map(ReasonIsSaidTest::read)
                    .collect(joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
