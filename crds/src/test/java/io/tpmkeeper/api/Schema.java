package io.tpmkeeper.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One CustomResourceDefinition's YAML, to be walked. */
record Schema(String kind, JsonNode definition) {
    /** A CEL rule. @param path of the value that it is about, with {@code []} for the items of a list */
    record Rule(
            String kind, String path, String rule, @Nullable String message) {}

    static List<Schema> all() {
        return CrdManifests.yaml().stream().map(Schema::parsed).toList();
    }

    private static Schema parsed(String yaml) {
        try {
            JsonNode definition = new YAMLMapper().readTree(yaml);
            return new Schema(definition.at("/spec/names/kind").textValue(), definition);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static Schema of(String kind) {
        return all().stream().filter(s -> s.kind.equals(kind)).findFirst().orElseThrow();
    }

    JsonNode version() {
        return definition.at("/spec/versions/0");
    }

    JsonNode root() {
        return version().at("/schema/openAPIV3Schema");
    }

    /** Every value of the schema with its path, the root's being empty. */
    void walk(BiConsumer<String, JsonNode> visitor) {
        walk("", root(), visitor);
    }

    private static void walk(String path, JsonNode node, BiConsumer<String, JsonNode> visitor) {
        visitor.accept(path, node);
        node.path("properties")
                .properties()
                .forEach(p -> walk(path.isEmpty() ? p.getKey() : path + "." + p.getKey(), p.getValue(), visitor));
        if (node.has("items")) {
            walk(path + "[]", node.get("items"), visitor);
        }
    }

    List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        walk((path, node) -> node.path("x-kubernetes-validations")
                .forEach(v -> rules.add(new Rule(
                        kind,
                        path,
                        v.path("rule").asText(),
                        v.has("message") ? v.get("message").textValue() : null))));
        return rules;
    }

    static Stream<Rule> allRules() {
        return all().stream().flatMap(s -> s.rules().stream());
    }
}
