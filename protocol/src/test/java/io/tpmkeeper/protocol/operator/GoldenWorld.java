package io.tpmkeeper.protocol.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Kind;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Saved;
import io.tpmkeeper.protocol.Version;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a world as a person writes it: what is not said is the ordinary case. The domain is owned by {@code vms/vm}, node
 * {@code a} is host {@code a-1}, what is reported was reported after every question; a digest stands there by its letters.
 */
final class GoldenWorld {
    static final String RECORD = "rec";
    private static final int ALL_ANSWERED = 99;

    static final YAMLMapper YAML = YAMLMapper.builder()
            .configure(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, false)
            .configure(YAMLGenerator.Feature.MINIMIZE_QUOTES, true)
            .configure(YAMLGenerator.Feature.SPLIT_LINES, false)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_DEFAULT, JsonInclude.Include.NON_DEFAULT))
            .addModule(new SimpleModule()
                    .addDeserializer(Content.class, new WordContent())
                    .addDeserializer(Digest.class, new ShortDigest())
                    .addDeserializer(Version.class, new ShortVersion())
                    .addSerializer(Version.class, new VersionWord()))
            .build();

    private final ObjectNode in;
    private final long epoch;

    private GoldenWorld(JsonNode in) {
        this.in = (ObjectNode) in;
        this.epoch = in.path("epoch").asLong(in.has("holder") ? 100 : 0);
    }

    static World read(JsonNode in) {
        return new GoldenWorld(in).world();
    }

    private World world() {
        String owner = in.path("owner").asText("u1");
        RecordStatus status = status();
        boolean owned = !owner.equals("nobody");
        TreeMap<String, NodeView> nodes = new TreeMap<>();
        in.path("nodes").properties().forEach(n -> nodes.put(n.getKey(), node(n.getKey(), n.getValue(), status)));
        Map<String, Long> questions = new TreeMap<>();
        questions.put(World.LEADER, 1L);
        in.path("questions")
                .properties()
                .forEach(q -> questions.put(q.getKey(), q.getValue().asLong()));
        JsonNode retained = in.path("retained");
        return new World(
                "5f0c6f0e-0000-4000-8000-000000000001",
                RECORD,
                owned
                        ? new RecordSpec(new io.tpmkeeper.protocol.Owner("vms", "vm", owner), null)
                        : new RecordSpec(null, new RecordSpec.Retained(retained.asText("vms"), "vm", null)),
                status,
                value(
                        over(
                                "{guard: enforce, retention: {keepLast: 5, keepDaily: 0, keepWeekly: 0}, onHostLoss: {when: FENCED, after: 0}, deletion: Retain, claimWithoutProof: []}",
                                in.path("policy")),
                        Policy.class),
                in.path("now").asLong(500),
                "2026-01-01T00:00:00Z",
                "new",
                in.has("accepted") ? value(in.path("accepted"), World.Accepted.class) : null,
                in.path("deleted").asBoolean() ? owner : null,
                in.path("terminating").asBoolean(),
                "vms",
                "vm",
                null,
                in.path("captureRequest").asText(null),
                nodes,
                list("uploads", this::upload),
                list("unreadable", u -> value(u, World.Unreadable.class)),
                list("generations", this::generation),
                list(
                        "deliveries",
                        d -> value(
                                over(
                                        "{name: delivery-%s}"
                                                .formatted(d.path("node").asText()),
                                        d),
                                World.Delivery.class)),
                questions);
    }

    private RecordStatus status() {
        ObjectNode s = YAML.createObjectNode().put("epoch", epoch);
        JsonNode holder = in.path("holder");
        if (holder.isTextual()) {
            s.set("holder", over("{node: %s, hostId: %s-1}".formatted(holder.asText(), holder.asText()), null));
        } else if (holder.isObject()) {
            s.set("holder", holder);
        }
        if (in.has("current")) {
            s.set(
                    "current",
                    over(
                            "{generation: 1, version: %d/1, namespace: vms, secret: vm-g1, capturedAt: then, confirmedAt: then, trigger: Stop, node: a}"
                                    .formatted(epoch),
                            in.path("current")));
        }
        if (in.has("deletion")) {
            s.set(
                    "deletion",
                    over(
                            "{policy: %s, uid: u1, since: then}"
                                    .formatted(in.path("deletion").asText()),
                            null));
        }
        if (in.has("refused")) {
            s.set(
                    "refused",
                    over(
                            "{node: a, version: %d/2, reason: TpmTruncated, message: 'The TPM file is cut off.', capturedAt: then}"
                                    .formatted(epoch),
                            in.path("refused")));
        }
        List.of("moving", "gone", "lastGeneration", "decision", "consent", "pinned")
                .forEach(f -> {
                    if (in.has(f)) {
                        s.set(f, in.path(f));
                    }
                });
        ArrayNode nodes = s.putArray("nodes");
        in.path("orders").properties().forEach(o -> nodes.add(orders(o.getKey(), (ObjectNode) o.getValue())));
        return value(s, RecordStatus.class);
    }

    /** {@code order} and {@code acked}; {@code acked: yes} stands for the same order. */
    private JsonNode orders(String node, ObjectNode said) {
        ObjectNode o = over("{node: %s, hostId: %s-1}".formatted(node, node), said);
        String defaults = "{id: o-%s, epoch: %d, active: false}".formatted(node, epoch);
        if (o.has("order")) {
            o.set("order", over(defaults, o.path("order")));
        }
        if (o.path("acked").isBoolean()) {
            o.set("acked", o.path("order"));
        } else if (o.has("acked")) {
            o.set("acked", over(defaults.replace("o-", "was-"), o.path("acked")));
        }
        if (!o.has("known")) {
            o.putArray("known").add("o-" + node);
        }
        return o;
    }

    private NodeView node(String name, JsonNode n, RecordStatus status) {
        String hostId = n.path("hostId").asText(name + "-1");
        Order order = status.ordersOf(name).map(o -> o.order()).orElse(null);
        boolean granted = n.has("grant") ? !n.path("grant").asText("").equals("none") : order != null;
        return new NodeView(
                name,
                n.path("alive").asBoolean(true),
                n.path("fenced").asBoolean(false),
                n.path("downFor").asLong(0),
                n.path("allowed").asBoolean(true),
                n.path("unaware").asBoolean(false),
                hostId,
                n.path("answered").asLong(ALL_ANSWERED),
                granted ? grant(name, n.path("grant"), order, status) : null,
                facts(name, n, hostId, order));
    }

    private GrantSpec grant(String name, JsonNode said, @Nullable Order order, RecordStatus status) {
        Saved saved = status.current() == null ? null : status.current().saved();
        String host = status.ordersOf(name).map(o -> o.hostId()).orElse(name + "-1");
        var plain = new GrantSpec(
                name,
                "5f0c6f0e-0000-4000-8000-000000000001",
                RECORD,
                host,
                order,
                saved,
                List.of(),
                null,
                null,
                null,
                null,
                List.of());
        return said.isObject() ? value(over(YAML.<ObjectNode>valueToTree(plain), said), GrantSpec.class) : plain;
    }

    private Facts facts(String name, JsonNode n, String hostId, @Nullable Order order) {
        ObjectNode f = over("{hostId: %s, defined: true, active: false}".formatted(hostId), n.path("facts"));
        if (f.has("line")) {
            String id = order == null ? "o-" + name : order.id();
            f.set("line", over("{record: rec, epoch: %d, order: %s}".formatted(epoch, id), f.path("line")));
        }
        if (f.has("run")) {
            boolean open = f.path("run").path("open").asBoolean();
            f.set(
                    "run",
                    over(
                            "{n: 1, record: rec, epoch: %d, boot: boot, kind: Cold, online: true, started: true, open: false, void: false%s}"
                                    .formatted(epoch, open ? "" : ", how: shutdown"),
                            f.path("run")));
        }
        ArrayNode entries = YAML.createArrayNode();
        f.path("entries")
                .forEach(e -> entries.add(over(
                        "{seq: 1, record: rec, epoch: %d, run: 1, complete: true, online: true, trigger: Stop}"
                                .formatted(epoch),
                        e)));
        f.set("entries", entries);
        if (f.path("request").isTextual()) {
            f.set(
                    "request",
                    over(
                            "{id: %s, reason: line, since: 10}"
                                    .formatted(f.path("request").asText()),
                            null));
        }
        return value(f, Facts.class);
    }

    private Upload upload(JsonNode said) {
        ObjectNode u = over(
                "{node: a, hostId: a-1, record: rec, version: %d/2, online: true, complete: true, trigger: Stop}"
                        .formatted(epoch),
                said);
        Version version = value(u.path("version"), Version.class);
        return new Upload(
                u.path("name").asText("inbox-" + version.toString().replace('/', '-')),
                u.path("node").asText(),
                u.path("hostId").asText(),
                u.path("record").asText(),
                version,
                value(u.path("digest"), Digest.class),
                u.path("online").asBoolean(),
                u.path("complete").asBoolean(),
                value(u.path("trigger"), io.tpmkeeper.protocol.Trigger.class),
                null,
                "then",
                files(u.path("files")),
                u.has("refused")
                        ? new Upload.Verdict.Refused("TpmTruncated", "The TPM file is cut off.")
                        : new Upload.Verdict.Verified());
    }

    private static TreeMap<Kind, Digest> files(JsonNode said) {
        TreeMap<Kind, Digest> files = new TreeMap<>();
        said.properties().forEach(f -> files.put(Kind.valueOf(f.getKey()), value(f.getValue(), Digest.class)));
        return files;
    }

    private Generation generation(JsonNode said) {
        return value(
                over(
                        "{namespace: vms, secret: vm-g1, record: rec, number: 1, version: %d/1, trigger: Stop, node: a, capturedAt: then, madeAt: '2026-01-01T00:00:00Z', candidate: false, kept: true, deleting: false}"
                                .formatted(epoch),
                        said),
                Generation.class);
    }

    private <T> List<T> list(String field, java.util.function.Function<JsonNode, T> each) {
        List<T> all = new ArrayList<>();
        in.path(field).forEach(n -> all.add(each.apply(n)));
        return all;
    }

    static ObjectNode over(String defaults, @Nullable JsonNode said) {
        try {
            return over((ObjectNode) YAML.readTree(defaults), said);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(defaults, e);
        }
    }

    private static ObjectNode over(ObjectNode defaults, @Nullable JsonNode said) {
        if (said instanceof ObjectNode fields) {
            defaults.setAll(fields);
        }
        return defaults;
    }

    static <T> T value(JsonNode tree, Class<T> type) {
        try {
            return YAML.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(tree + ": " + e.getMessage(), e);
        }
    }

    private static String whole(String letters) {
        return letters.matches("[0-9a-f]{2}") ? letters.repeat(32) : letters;
    }

    private static final class WordContent extends JsonDeserializer<Content> {
        @Override
        public Content deserialize(JsonParser from, DeserializationContext context) throws IOException {
            return Content.parse(whole(from.getText()));
        }
    }

    private static final class ShortDigest extends JsonDeserializer<Digest> {
        @Override
        public Digest deserialize(JsonParser from, DeserializationContext context) throws IOException {
            return new Digest(whole(from.getText()));
        }
    }

    private static final class ShortVersion extends JsonDeserializer<Version> {
        @Override
        public Version deserialize(JsonParser from, DeserializationContext context) throws IOException {
            String[] parts = from.getText().split("/", -1);
            return new Version(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
        }
    }

    private static final class VersionWord extends JsonSerializer<Version> {
        @Override
        public void serialize(Version version, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(version.toString());
        }
    }
}
