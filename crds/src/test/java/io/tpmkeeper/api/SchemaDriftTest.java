package io.tpmkeeper.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.CustomResource;
import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Digest;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The YAML and the Java types say the same: names, kinds of value, words of enums, and what is required. */
class SchemaDriftTest {
    private final List<String> differences = new ArrayList<>();

    static Stream<CustomResource<?, ?>> resources() {
        return Samples.all().stream();
    }

    @ParameterizedTest
    @MethodSource("resources")
    void theYamlAndTheJavaTypesAreTheSame(CustomResource<?, ?> resource) {
        Schema schema = Schema.of(resource.getKind());
        ParameterizedType base = (ParameterizedType) resource.getClass().getGenericSuperclass();
        compare("spec", base.getActualTypeArguments()[0], schema.root().at("/properties/spec"));
        Type status = base.getActualTypeArguments()[1];
        if (status == Void.class) {
            assertThat(schema.root().at("/properties/status").isMissingNode()).isTrue();
        } else {
            compare("status", status, schema.root().at("/properties/status"));
        }
        JsonNode names = schema.definition().at("/spec/names");
        assertThat(names.path("plural").asText()).isEqualTo(resource.getPlural());
        assertThat(names.path("singular").asText()).isEqualTo(resource.getSingular());
        assertThat(schema.version().path("name").asText()).isEqualTo(resource.getVersion());
        assertThat(schema.definition().at("/spec/group").asText()).isEqualTo(resource.getGroup());
        assertThat(schema.definition().at("/spec/scope").asText()).isEqualTo(resource.getScope());
        assertThat(differences).isEmpty();
    }

    private void compare(String path, Type type, JsonNode node) {
        switch (type) {
            case ParameterizedType list
            when list.getRawType() == List.class -> {
                expect(path, "array", node.path("type").asText());
                compare(path + "[]", list.getActualTypeArguments()[0], node.path("items"));
            }
            case ParameterizedType map
            when map.getRawType() == Map.class -> {
                expect(path, "object", node.path("type").asText());
                expect(path, "string", node.at("/additionalProperties/type").asText());
            }
            case Class<?> plain
            when plain.isEnum() -> {
                expect(path, "string", node.path("type").asText());
                expect(path, words(plain), texts(node.path("enum")));
            }
            case Class<?> plain
            when isText(plain) -> expect(path, "string", node.path("type").asText());
            case Class<?> plain when plain.isRecord() -> compareObject(path, plain, node);
            case Class<?> plain
            when plain == boolean.class || plain == Boolean.class ->
                expect(path, "boolean", node.path("type").asText());
            case Class<?> plain
            when plain == long.class || plain == Long.class ->
                expect(
                        path,
                        "integer/int64",
                        node.path("type").asText() + "/" + node.path("format").asText());
            case Class<?> plain
            when plain == int.class || plain == Integer.class ->
                expect(
                        path,
                        "integer/int32",
                        node.path("type").asText() + "/" + node.path("format").asText());
            default -> differences.add(path + ": what is " + type + " in a schema?");
        }
    }

    private void compareObject(String path, Class<?> type, JsonNode node) {
        expect(path, "object", node.path("type").asText());
        expect(path + " passes unknown fields over", true, passesUnknownFieldsOver(type));
        JsonNode properties = node.path("properties");
        RecordComponent[] components = type.getRecordComponents();
        expect(
                path,
                Arrays.stream(components).map(SchemaDriftTest::name).collect(Collectors.toCollection(TreeSet::new)),
                properties.properties().stream().map(Map.Entry::getKey).collect(Collectors.toCollection(TreeSet::new)));
        expect(
                path + " requires",
                Arrays.stream(components)
                        .filter(SchemaDriftTest::isRequired)
                        .map(SchemaDriftTest::name)
                        .filter(n -> !properties.path(n).has("default"))
                        .collect(Collectors.toCollection(TreeSet::new)),
                texts(node.path("required")));
        for (RecordComponent component : components) {
            if (properties.has(name(component))) {
                compare(path + "." + name(component), component.getGenericType(), properties.get(name(component)));
            }
        }
    }

    private static boolean isText(Class<?> type) {
        return Set.of(String.class, Digest.class, Content.class, Interval.class).contains(type);
    }

    private static boolean passesUnknownFieldsOver(Class<?> type) {
        return Optional.ofNullable(type.getAnnotation(JsonIgnoreProperties.class))
                .map(JsonIgnoreProperties::ignoreUnknown)
                .orElse(false);
    }

    private static boolean isRequired(RecordComponent component) {
        return !component.getAnnotatedType().isAnnotationPresent(Nullable.class)
                && !Collection.class.isAssignableFrom(component.getType())
                && !Map.class.isAssignableFrom(component.getType());
    }

    private static String name(RecordComponent component) {
        return renamed(component.getAccessor()).orElse(component.getName());
    }

    private static Set<String> words(Class<?> type) {
        return Arrays.stream(type.getFields())
                .filter(Field::isEnumConstant)
                .map(f -> renamed(f).orElse(f.getName()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Optional<String> renamed(AnnotatedElement element) {
        return Optional.ofNullable(element.getAnnotation(JsonProperty.class)).map(JsonProperty::value);
    }

    private static Set<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void expect(String path, Object java, Object yaml) {
        if (!java.equals(yaml)) {
            differences.add(path + ": Java has " + java + ", the YAML " + yaml);
        }
    }
}
