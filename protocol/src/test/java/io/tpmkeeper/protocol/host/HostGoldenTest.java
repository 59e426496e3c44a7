package io.tpmkeeper.protocol.host;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.hostfile.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Each {@code in-<case>.yaml} is decided, and the answer must be {@code out-<case>.yaml}. With {@code -Dgolden.write=true} the
 * answers are written instead, to be read and judged by a person. A digest may stand there by its first letters: {@code aa}.
 */
class HostGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/host");

    record ObeyCase(String record, String hostId, Order order, Obey.World here) {}

    record PurgeCase(String record, GrantSpec.Purge purge, Purge.World here) {}

    record VoidCase(List<Long> runs, VoidRun.World here) {}

    private static final Map<String, Function<JsonNode, Object>> VERBS = Map.of(
            "obey",
                    in -> {
                        ObeyCase it = read(in, ObeyCase.class);
                        return Obey.decide(it.record, it.hostId, it.order, it.here);
                    },
            "end-unseen",
                    in -> EndUnseen.decide(read(in, EndUnseen.World.class))
                            .<Object>map(Function.identity())
                            .orElse(Map.of("answer", "NotEnded")),
            "choose-source", in -> ChooseSource.decide(read(in, ChooseSource.World.class)),
            "upload", in -> Upload.decide(read(in, Upload.World.class)),
            "live-capture", in -> LiveCapture.decide(read(in, LiveCapture.World.class)),
            "sweep", in -> Sweep.decide(read(in, Sweep.World.class)),
            "purge",
                    in -> {
                        PurgeCase it = read(in, PurgeCase.class);
                        return Purge.decide(it.record, it.purge, it.here);
                    },
            "void-run",
                    in -> {
                        VoidCase it = read(in, VoidCase.class);
                        return VoidRun.decide(it.runs, it.here)
                                .<Object>map(Function.identity())
                                .orElse(Map.of("answer", "Nothing"));
                    });

    @TestFactory
    Stream<DynamicTest> everyCaseIsDecidedAsWritten() throws IOException {
        List<Path> cases;
        try (Stream<Path> all = Files.walk(GOLDEN)) {
            cases = all.filter(f -> name(f).startsWith("in-")).sorted().toList();
        }
        return cases.stream()
                .map(in -> DynamicTest.dynamicTest(
                        name(requireNonNull(in.getParent())) + " " + name(in), () -> check(in)));
    }

    @Test
    void everyVerbHasCases() throws IOException {
        try (Stream<Path> directories = Files.list(GOLDEN)) {
            assertThat(directories.filter(Files::isDirectory).map(HostGoldenTest::name))
                    .containsExactlyInAnyOrderElementsOf(VERBS.keySet());
        }
    }

    private static void check(Path in) throws IOException {
        Function<JsonNode, Object> verb = requireNonNull(VERBS.get(name(requireNonNull(in.getParent()))));
        Object answer = verb.apply(YAML.readTree(Files.readString(in)));
        String said = shortened(YAML.writeValueAsString(named(answer)));
        Path out = in.resolveSibling(name(in).replaceFirst("^in-", "out-"));
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(out, said);
        }
        assertThat(said).isEqualTo(Files.readString(out));
    }

    private static String name(Path path) {
        return requireNonNull(path.getFileName()).toString();
    }

    private static <T> T read(JsonNode in, Class<T> type) {
        try {
            return YAML.treeToValue(in, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static JsonNode named(Object answer) {
        JsonNode tree = YAML.valueToTree(answer);
        if (!(answer instanceof Record)
                || !(tree instanceof ObjectNode fields)
                || answer.getClass().getInterfaces().length == 0) {
            return tree;
        }
        ObjectNode all = YAML.createObjectNode().put("answer", answer.getClass().getSimpleName());
        all.setAll(fields);
        return all;
    }

    private static String shortened(String yaml) {
        return yaml.replaceAll("\"?(([0-9a-f])\\2)\\2{62}\"?", "$1");
    }

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .configure(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, false)
            .configure(YAMLGenerator.Feature.MINIMIZE_QUOTES, true)
            .configure(YAMLGenerator.Feature.SPLIT_LINES, false)
            .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, true)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_DEFAULT, JsonInclude.Include.NON_DEFAULT))
            .addModule(new SimpleModule()
                    .addSerializer(Place.class, new PlaceWord())
                    .addDeserializer(Place.class, new WordPlace())
                    .addDeserializer(Content.class, new WordContent())
                    .addDeserializer(Digest.class, new ShortDigest()))
            .build();

    private static final class PlaceWord extends JsonSerializer<Place> {
        @Override
        public void serialize(Place place, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(place.toString());
        }
    }

    private static final class WordPlace extends JsonDeserializer<Place> {
        @Override
        public Place deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return Place.parse(whole(in.getText()));
        }
    }

    private static final class WordContent extends JsonDeserializer<Content> {
        @Override
        public Content deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return Content.parse(whole(in.getText()));
        }
    }

    private static final class ShortDigest extends JsonDeserializer<Digest> {
        @Override
        public Digest deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return new Digest(whole(in.getText()));
        }
    }

    private static String whole(String word) {
        return word.replaceAll("(^|:)([0-9a-f])\\2$", "$1" + "$2".repeat(64));
    }
}
