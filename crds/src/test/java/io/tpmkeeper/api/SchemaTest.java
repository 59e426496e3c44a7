package io.tpmkeeper.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every schema. */
class SchemaTest {
    private static final Set<String> BY_KUBERNETES = Set.of("apiVersion", "kind", "metadata");

    static Stream<Schema> schemas() {
        return Schema.all().stream();
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void everyFieldIsExplained(Schema schema) {
        List<String> bare = new ArrayList<>();
        schema.walk((path, node) -> {
            if (!path.equals("metadata") && node.path("description").asText().isBlank()) {
                bare.add(path);
            }
        });
        assertThat(bare).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void nothingIsUnbounded(Schema schema) {
        List<String> unbounded = new ArrayList<>();
        schema.walk((path, node) -> {
            if (!BY_KUBERNETES.contains(path) && !bounded(node)) {
                unbounded.add(path);
            }
        });
        assertThat(unbounded).isEmpty();
    }

    private static boolean bounded(JsonNode node) {
        return switch (node.path("type").asText()) {
            case "string" ->
                node.has("maxLength")
                        || node.has("enum")
                        || node.path("format").asText().equals("date-time");
            case "array" -> node.has("maxItems") && node.has("x-kubernetes-list-type");
            case "object" -> node.has("properties") || node.has("maxProperties");
            case "integer" -> node.has("minimum");
            default -> true;
        };
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void everyRuleHasAMessageForPeople(Schema schema) {
        assertThat(schema.rules()).allSatisfy(rule -> assertThat(rule.message()).isNotBlank());
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void noDefaultIsPutIntoASpec(Schema schema) {
        List<String> defaults = new ArrayList<>();
        schema.walk((path, node) -> {
            if (node.has("default")) {
                defaults.add(path);
            }
        });
        assertThat(defaults).allMatch(path -> path.startsWith("status"));
    }
}
