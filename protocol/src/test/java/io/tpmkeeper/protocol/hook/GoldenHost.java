package io.tpmkeeper.protocol.hook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Request.Reason;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.hook.HookHost.AcceptLive;
import io.tpmkeeper.protocol.hook.HookHost.Captured;
import io.tpmkeeper.protocol.hook.HookHost.Disk;
import io.tpmkeeper.protocol.hook.HookHost.Displaced;
import io.tpmkeeper.protocol.hook.HookHost.Ended;
import io.tpmkeeper.protocol.hook.HookHost.Hold;
import io.tpmkeeper.protocol.hook.HookHost.Marker;
import io.tpmkeeper.protocol.hook.HookHost.Refused;
import io.tpmkeeper.protocol.hook.HookHost.Rescue;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.protocol.hostfile.Journal;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a host as a person writes it: what is not said is the ordinary case. The domain is protected, has a TPM and NVRAM,
 * nothing of ours is there, and every disk can be written. A line is {@code Held r1/7} by order {@code o1}, a run the line's own
 * and on-line, an entry the whole end of such a run.
 */
final class GoldenHost {
    static final String BOOT = "boot";
    static final YAMLMapper YAML = YAMLMapper.builder()
            .configure(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, false)
            .configure(YAMLGenerator.Feature.MINIMIZE_QUOTES, true)
            .configure(YAMLGenerator.Feature.SPLIT_LINES, false)
            .build();

    private final JsonNode in;

    private GoldenHost(JsonNode in) {
        this.in = in;
    }

    static HookHost read(JsonNode in) {
        return new GoldenHost(in).host();
    }

    private HookHost host() {
        JsonNode disk = in.path("disk");
        JsonNode hold = in.path("hold");
        return new HookHost(
                Words.index(in.path("index").asText("enforce")),
                Words.domain(in.path("domain").asText("with NVRAM")),
                hostFile("vm", GoldenHost::vm),
                live(),
                in.path("nvramOfAnother").asBoolean(),
                rescue(),
                entries(),
                new TreeSet<>(list("claims", JsonNode::asLong)),
                deliveries(),
                list("quarantine", GoldenHost::displaced),
                hostFile(
                        "journal",
                        j -> new Journal(
                                Words.place(j.path("from").asText()),
                                Words.digest(j.path("tip").asText()))),
                refused(),
                in.has("request") ? value(in.path("request"), Reason.class) : null,
                hostFile("accept", a -> new AcceptLive(digest(a.path("tip")), digest(a.path("live")))),
                marker(),
                in.path("breakGlass").asBoolean(),
                new Disk(
                        disk.path("spool").asBoolean(true),
                        disk.path("reserve").asBoolean(true),
                        disk.path("rescue").asBoolean(true)),
                new Hold(hold.path("held").asBoolean(), hold.path("letGo").asBoolean()));
    }

    private <T> HostFile<T> hostFile(String field, Function<JsonNode, T> reader) {
        JsonNode said = in.path(field);
        if (said.isMissingNode() || said.asText().equals("missing")) {
            return HostFile.missing();
        }
        return said.asText().equals("unreadable") ? HostFile.unreadable() : HostFile.of(reader.apply(said));
    }

    private <T> List<T> list(String field, Function<JsonNode, T> each) {
        List<T> all = new ArrayList<>();
        in.path(field).forEach(n -> all.add(each.apply(n)));
        return all;
    }

    private static Vm vm(JsonNode said) {
        JsonNode line = said.path("line");
        JsonNode run = said.path("run");
        return new Vm(
                line.isMissingNode() ? null : line(line),
                said.has("at") ? Words.place(said.path("at").asText()) : null,
                said.path("seq").asLong(),
                run.isMissingNode() ? null : run(run),
                0);
    }

    private static Line line(JsonNode said) {
        return new Line(
                said.path("record").asText("r1"),
                said.path("epoch").asLong(7),
                said.path("order").asText("o1"),
                said.has("state") ? value(said.path("state"), LineState.class) : LineState.HELD,
                said.has("how") ? value(said.path("how"), Ending.class) : null,
                digest(said.path("tip")));
    }

    private static Run run(JsonNode said) {
        boolean open = said.path("open").asBoolean();
        return new Run(
                said.path("n").asLong(1),
                said.path("record").asText("r1").equals("none")
                        ? null
                        : said.path("record").asText("r1"),
                said.path("epoch").asLong(7),
                said.path("boot").asText(BOOT),
                said.has("kind") ? value(said.path("kind"), RunKind.class) : RunKind.COLD,
                digest(said.path("from")),
                said.path("online").asBoolean(true),
                said.path("started").asBoolean(true),
                open,
                open ? null : said.has("how") ? value(said.path("how"), Ending.class) : Ending.SHUTDOWN,
                said.has("entry") ? said.path("entry").asLong() : null,
                said.path("void").asBoolean());
    }

    private LiveFiles live() {
        JsonNode live = in.path("live");
        return new LiveFiles(
                Words.file(live.path("tpm").asText("nothing")),
                Words.file(live.path("vars").asText("nothing")));
    }

    private Rescue rescue() {
        JsonNode rescue = in.path("rescue");
        JsonNode ended = rescue.path("ended");
        return new Rescue(
                Words.file(rescue.path("tpm").asText("nothing")),
                Words.file(rescue.path("vars").asText("nothing")),
                ended.isMissingNode()
                        ? null
                        : new Ended(ended.path("run").asLong(), value(ended.path("how"), Ending.class)));
    }

    private SortedMap<Long, Captured> entries() {
        SortedMap<Long, Captured> all = new TreeMap<>();
        in.path("entries").properties().forEach(e -> {
            long seq = Long.parseLong(e.getKey());
            all.put(seq, captured(seq, e.getValue()));
        });
        return all;
    }

    private static Captured captured(long seq, JsonNode said) {
        FileMarks files = Words.marks(said.path("files").asText());
        Entry entry = new Entry(
                seq,
                said.path("epoch").asLong(7),
                said.path("record").asText("r1"),
                said.path("run").asLong(1),
                files.digest(),
                said.path("complete").asBoolean(true),
                said.path("online").asBoolean(true),
                said.has("trigger") ? value(said.path("trigger"), Trigger.class) : Trigger.STOP);
        Ending how = said.has("how") ? value(said.path("how"), Ending.class) : Ending.SHUTDOWN;
        return new Captured(
                new EntryMeta(entry, how, files, 0, BOOT),
                said.has("lies") ? Words.marks(said.path("lies").asText()) : files);
    }

    private SortedMap<String, FileMarks> deliveries() {
        SortedMap<String, FileMarks> all = new TreeMap<>();
        in.path("deliveries")
                .properties()
                .forEach(d -> all.put(
                        Words.digest(d.getKey()).hex(), Words.marks(d.getValue().asText())));
        return all;
    }

    private static Displaced displaced(JsonNode said) {
        return new Displaced(
                said.path("name").asText(), Words.file(said.path("was").asText()));
    }

    private @Nullable Refused refused() {
        JsonNode refused = in.path("refused");
        return refused.isMissingNode()
                ? null
                : new Refused(
                        refused.path("reason").asText("LineLeft"),
                        refused.has("passedBy") ? refused.path("passedBy").asText() : null,
                        refused.path("consumed").asBoolean());
    }

    private @Nullable Marker marker() {
        JsonNode marker = in.path("marker");
        return marker.isMissingNode()
                ? null
                : new Marker(
                        marker.has("kind") ? value(marker.path("kind"), RunKind.class) : null,
                        marker.path("believed").asBoolean(true));
    }

    private static @Nullable Digest digest(JsonNode said) {
        String word = said.asText("none");
        return word.equals("none") ? null : Words.digest(word);
    }

    private static <T> T value(JsonNode tree, Class<T> type) {
        try {
            return YAML.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(tree + ": " + e.getMessage(), e);
        }
    }

    /** All of a host, the ordinary included. */
    static ObjectNode tree(HookHost host) {
        ObjectNode all = YAML.createObjectNode();
        all.put("index", Words.index(host.index())).put("domain", Words.word(host.domain()));
        putFile(all, "vm", host.vm(), GoldenHost::vm);
        all.putObject("live")
                .put("tpm", Words.word(host.live().tpm()))
                .put("vars", Words.word(host.live().vars()));
        ObjectNode rescue = all.putObject("rescue")
                .put("tpm", Words.word(host.rescue().tpm()))
                .put("vars", Words.word(host.rescue().vars()));
        Ended ended = host.rescue().ended();
        if (ended != null) {
            rescue.putObject("ended")
                    .put("run", ended.run())
                    .put("how", ended.how().word());
        }
        ObjectNode entries = all.putObject("entries");
        host.entries().forEach((seq, captured) -> entries.set(seq.toString(), captured(captured)));
        host.claims().forEach(all.withArray("claims")::add);
        ObjectNode deliveries = all.putObject("deliveries");
        host.deliveries().forEach((digest, files) -> deliveries.put(Words.word(new Digest(digest)), Words.word(files)));
        host.quarantine()
                .forEach(d -> all.withArray("quarantine")
                        .addObject()
                        .put("name", d.name())
                        .put("was", Words.word(d.state())));
        putFile(
                all,
                "journal",
                host.journal(),
                j -> YAML.createObjectNode().put("from", Words.word(j.from())).put("tip", Words.word(j.tip())));
        if (host.refused() != null) {
            all.set("refused", YAML.valueToTree(host.refused()));
        }
        if (host.request() != null) {
            all.set("request", YAML.valueToTree(host.request()));
        }
        putFile(
                all,
                "accept",
                host.accept(),
                a -> YAML.createObjectNode().put("tip", word(a.tip())).put("live", word(a.live())));
        if (host.marker() != null) {
            all.set("marker", YAML.valueToTree(host.marker()));
        }
        all.put("breakGlass", host.breakGlass());
        all.set("disk", YAML.valueToTree(host.disk()));
        all.set("hold", YAML.valueToTree(host.hold()));
        return all;
    }

    private static <T> void putFile(ObjectNode all, String field, HostFile<T> file, Function<T, JsonNode> writer) {
        switch (file) {
            case HostFile.Missing<T> none -> all.put(field, "missing");
            case HostFile.Unreadable<T> broken -> all.put(field, "unreadable");
            case HostFile.Read<T> read -> all.set(field, writer.apply(read.value()));
        }
    }

    private static String word(@Nullable Digest digest) {
        return digest == null ? "none" : Words.word(digest);
    }

    private static ObjectNode vm(Vm vm) {
        ObjectNode all = YAML.createObjectNode();
        Line line = vm.line();
        if (line != null) {
            ObjectNode tree = YAML.valueToTree(line);
            all.set("line", tree.put("tip", word(line.tip())));
        }
        if (vm.at() != null) {
            all.put("at", Words.word(vm.at()));
        }
        all.put("seq", vm.seq());
        Run run = vm.run();
        if (run != null) {
            ObjectNode tree = YAML.valueToTree(run);
            all.set("run", tree.put("from", word(run.from())));
        }
        return all;
    }

    private static ObjectNode captured(Captured captured) {
        EntryMeta meta = captured.meta();
        ObjectNode all = YAML.valueToTree(meta.entry());
        all.remove("seq");
        all.put("digest", word(meta.entry().digest())).put("files", Words.word(meta.files()));
        all.put("lies", Words.word(captured.files())).put("boot", meta.boot());
        Ending how = meta.how();
        return how == null ? all : all.put("how", how.word());
    }
}
