package io.tpmkeeper.protocol.hook;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.hook.Call.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Each {@code <promise>/in-host.yaml} is called as it says, and {@code out-course.yaml} says what comes of it: the exit, the
 * refusal, and one after the other what each durable step changes. A power loss or a kill leaves the host after one of them, so
 * their order is the promise. The sh is held to the same by the differential test. With {@code -Dgolden.write=true} the answers
 * are written instead, to be read and judged by a person.
 */
class HookGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/hook");

    @TestFactory
    Stream<DynamicTest> everyPromiseIsKeptStepByStep() throws IOException {
        List<Path> cases;
        try (Stream<Path> all = Files.walk(GOLDEN)) {
            cases = all.filter(f -> f.endsWith("in-host.yaml")).sorted().toList();
        }
        return cases.stream()
                .map(in -> DynamicTest.dynamicTest(
                        GOLDEN.relativize(requireNonNull(in.getParent())).toString(), () -> check(in)));
    }

    private static void check(Path in) throws IOException {
        JsonNode said = GoldenHost.YAML.readTree(Files.readString(in));
        ArrayNode courses = GoldenHost.YAML.createArrayNode();
        HookHost host = GoldenHost.read(said);
        for (JsonNode operation : said.path("calls")) {
            Course course = Hook.call(host, call(said, operation.asText()));
            courses.add(told(operation.asText(), course));
            host = course.end();
        }
        String answer = GoldenHost.YAML.writeValueAsString(courses);
        Path out = in.resolveSibling("out-course.yaml");
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(out, answer);
        }
        assertThat(answer).isEqualTo(Files.readString(out));
    }

    private static Call call(JsonNode said, String operation) {
        return new Call(
                Operation.valueOf(operation.toUpperCase(Locale.ROOT)),
                GoldenHost.BOOT,
                said.has("logged") ? Ending.ofWord(said.path("logged").asText()) : null,
                said.path("migrationLogged").asBoolean(),
                said.path("waits").asBoolean());
    }

    private static ObjectNode told(String operation, Course course) {
        ObjectNode all =
                GoldenHost.YAML.createObjectNode().put("call", operation).put("exit", course.exit());
        if (course.refusal() != null) {
            all.put("refusal", course.refusal().word());
        }
        ArrayNode durable = all.putArray("durable");
        List<HookHost> states = course.checkpoints();
        for (int i = 1; i < states.size(); i++) {
            durable.add(difference(GoldenHost.tree(states.get(i - 1)), GoldenHost.tree(states.get(i))));
        }
        return all;
    }

    /** What is new or other in each field, at any depth; what has gone. */
    private static ObjectNode difference(ObjectNode was, ObjectNode is) {
        ObjectNode changed = GoldenHost.YAML.createObjectNode();
        is.properties().forEach(field -> {
            JsonNode before = was.get(field.getKey());
            if (before instanceof ObjectNode inside && field.getValue() instanceof ObjectNode now) {
                if (!inside.equals(now)) {
                    changed.set(field.getKey(), difference(inside, now));
                }
            } else if (!field.getValue().equals(before)) {
                changed.set(field.getKey(), field.getValue());
            }
        });
        was.fieldNames().forEachRemaining(field -> {
            if (!is.has(field)) {
                changed.put(field, "gone");
            }
        });
        return changed;
    }
}
