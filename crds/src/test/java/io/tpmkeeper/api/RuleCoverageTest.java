package io.tpmkeeper.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No rule of a schema is without a golden case that it refuses and one that it lets pass. */
class RuleCoverageTest {
    private final List<GoldenCase> cases = GoldenCase.all();

    static Stream<Schema.Rule> rules() {
        return Schema.allRules();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void someCaseIsRefusedByTheRule(Schema.Rule rule) {
        String message = Objects.requireNonNull(rule.message());
        assertThat(cases).anySatisfy(golden -> {
            assertThat(golden.isAccepted()).isFalse();
            assertThat(golden.lastStep().path("kind").asText()).isEqualTo(rule.kind());
            assertThat(GoldenCase.text(golden.message()).replaceAll("\\[\\d+]", "[]"))
                    .contains(rule.path() + ": Invalid value", message);
        });
    }

    @ParameterizedTest
    @MethodSource("rules")
    void someCasePassesTheRule(Schema.Rule rule) {
        int steps = rule.rule().contains("oldSelf") ? 2 : 1;
        assertThat(cases).anySatisfy(golden -> {
            assertThat(golden.isAccepted()).isTrue();
            assertThat(golden.lastStep().path("kind").asText()).isEqualTo(rule.kind());
            assertThat(golden.steps()).hasSizeGreaterThanOrEqualTo(steps);
            assertThat(has(golden.lastStep(), rule.path())).isTrue();
        });
    }

    private static boolean has(JsonNode value, String path) {
        if (path.isEmpty()) {
            return !value.isMissingNode();
        }
        int dot = path.indexOf('.');
        String first = dot < 0 ? path : path.substring(0, dot);
        String rest = dot < 0 ? "" : path.substring(dot + 1);
        if (first.endsWith("[]")) {
            return StreamSupport.stream(
                            value.path(first.substring(0, first.length() - 2)).spliterator(), false)
                    .anyMatch(item -> has(item, rest));
        }
        return has(value.has(first) ? value.get(first) : MissingNode.getInstance(), rest);
    }
}
