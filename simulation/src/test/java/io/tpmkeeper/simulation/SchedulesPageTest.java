package io.tpmkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/protocol.md names the tests of each schedule, and each of them is there. */
class SchedulesPageTest {
    private static final Path CLONE = Path.of("..");
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| .+ \\| (`.+`) \\|");
    private static final Pattern NAMED = Pattern.compile("`(\\w+)#(\\w+)`");

    @Test
    void everyScheduleHasItsNumberAndATest() throws IOException {
        List<Integer> numbers =
                rows().map(row -> Integer.parseInt(row.group(1))).toList();
        assertThat(numbers).hasSizeGreaterThanOrEqualTo(34);
        assertThat(numbers)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, numbers.size()).boxed().toList());
        assertThat(rows().map(row -> row.group(2)))
                .allMatch(tests ->
                        NAMED.matcher(tests).replaceAll("").replace(", ", "").isEmpty());
    }

    static Stream<String> named() throws IOException {
        return rows().flatMap(row -> NAMED.matcher(row.group(2)).results().map(MatchResult::group));
    }

    @ParameterizedTest
    @MethodSource("named")
    void eachTestThatIsNamedIsThere(String name) throws IOException {
        var parts = NAMED.matcher(name);
        assertThat(parts.matches()).isTrue();
        Pattern method = Pattern.compile("@(Test|ParameterizedTest)\\b[^;]*\\bvoid " + parts.group(2) + "\\(");
        assertThat(method.matcher(Files.readString(source(parts.group(1)))).find())
                .as("%s has no test of that name", name)
                .isTrue();
    }

    private static Path source(String test) throws IOException {
        try (Stream<Path> modules = Files.list(CLONE)) {
            for (Path module : modules.toList()) {
                Path tests = module.resolve("src/test/java");
                if (Files.isDirectory(tests)) {
                    try (Stream<Path> files = Files.walk(tests)) {
                        var found = files.filter(file -> file.endsWith(test + ".java"))
                                .findFirst();
                        if (found.isPresent()) {
                            return found.get();
                        }
                    }
                }
            }
        }
        throw new AssertionError("there is no test " + test);
    }

    private static Stream<MatchResult> rows() throws IOException {
        String page = Files.readString(CLONE.resolve("docs/protocol.md"));
        String table = page.substring(page.indexOf("<!-- schedules -->"), page.indexOf("<!-- end of schedules -->"));
        return table.lines().map(ROW::matcher).filter(row -> row.matches()).map(row -> row.toMatchResult());
    }
}
