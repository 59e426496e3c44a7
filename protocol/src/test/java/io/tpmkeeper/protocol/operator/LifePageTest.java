package io.tpmkeeper.protocol.operator;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.operator.Life.Transition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/life.md draws the transitions that the code knows. With {@code -Dgolden.write=true} they are drawn anew. */
class LifePageTest {
    private static final Path PAGE = Path.of("../docs/life.md");

    @Test
    void thePageDrawsEveryTransitionAsTheCodeHasThem() throws IOException {
        String page = Files.readString(PAGE);
        String current = replaced(replaced(page, "diagram", diagram()), "transitions", table());
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(PAGE, current);
        } else {
            assertThat(page).isEqualTo(current);
        }
    }

    @Test
    void whatBringsATransitionAboutIsAVerbOrTheHosts() {
        List<String> verbs =
                Stream.concat(Decisions.verbs().stream(), Stream.of(Life.HOSTS)).toList();
        assertThat(Life.TRANSITIONS).extracting(Transition::by).isSubsetOf(verbs);
    }

    @Test
    void noTransitionIsThereTwice() {
        assertThat(Life.TRANSITIONS.stream().map(t -> t.from() + " " + t.to() + " " + t.by()))
                .doesNotHaveDuplicates();
    }

    private static String replaced(String page, String name, String text) {
        String begin = "<!-- " + name + ": from the code -->\n";
        String end = "<!-- end of " + name + " -->\n";
        assertThat(page).contains(begin, end);
        return page.substring(0, page.indexOf(begin)) + begin + text + page.substring(page.indexOf(end));
    }

    /** One arrow for each pair of states, with all that brings it about. */
    private static String diagram() {
        String arrows = Life.TRANSITIONS.stream()
                .collect(groupingBy(
                        t -> "    %s --> %s".formatted(t.from().word(), t.to().word()),
                        LinkedHashMap::new,
                        java.util.stream.Collectors.mapping(Transition::by, joining(", "))))
                .entrySet()
                .stream()
                .map(e -> e.getKey() + ": " + e.getValue() + "\n")
                .collect(joining());
        return "```mermaid\nstateDiagram-v2\n    [*] --> None\n" + arrows + "```\n";
    }

    private static String table() {
        return "| from | to | by | why |\n|---|---|---|---|\n"
                + Life.TRANSITIONS.stream()
                        .map(t -> "| %s | %s | %s | %s |\n".formatted(t.from().word(), t.to().word(), t.by(), t.why()))
                        .collect(joining());
    }
}
