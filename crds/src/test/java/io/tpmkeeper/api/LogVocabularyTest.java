package io.tpmkeeper.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Operator and agent log in one form and in the words of docs/logs.md. */
class LogVocabularyTest {
    private static final Path CLONE = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> PROGRAMS = List.of("operator", "node-daemonset");
    private static final Pattern KEY = Pattern.compile("addKeyValue\\(\\s*(\"([^\"]*)\"|[^\"])");
    private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| ([A-Za-z]+) \\|");
    private static final Pattern IN_THE_MESSAGE = Pattern.compile("\\.log\\([^;]*\\{}");

    @Test
    void everyKeyIsInTheVocabularyAndEveryWordIsUsed() throws IOException {
        Set<String> used = sources()
                .flatMap(s -> KEY.matcher(s).results())
                .map(k -> k.group(2) == null ? "(not a literal)" : k.group(2))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(used).isEqualTo(vocabulary());
    }

    @Test
    void whatDiffersIsInKeysAndNotInTheMessage() throws IOException {
        assertThat(sources().filter(s -> IN_THE_MESSAGE.matcher(s).find())).isEmpty();
    }

    @Test
    void bothProgramsLogAlike() throws IOException {
        Set<String> configurations = new TreeSet<>();
        for (String program : PROGRAMS) {
            configurations.add(Files.readString(CLONE.resolve(program).resolve("src/main/resources/logback.xml")));
        }
        assertThat(configurations).hasSize(1);
    }

    private static Set<String> vocabulary() throws IOException {
        String page = Files.readString(CLONE.resolve("docs/logs.md"));
        String table = page.substring(page.indexOf("<!-- keys"), page.indexOf("<!-- end of keys"));
        Set<String> words =
                DOCUMENTED.matcher(table).results().map(m -> m.group(1)).collect(Collectors.toCollection(TreeSet::new));
        words.remove("key");
        return words;
    }

    private static Stream<String> sources() throws IOException {
        Stream.Builder<String> all = Stream.builder();
        for (String program : PROGRAMS) {
            try (Stream<Path> files = Files.walk(CLONE.resolve(program).resolve("src/main/java"))) {
                files.filter(f -> f.toString().endsWith(".java")).forEach(f -> all.add(text(f)));
            }
        }
        return all.build();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
