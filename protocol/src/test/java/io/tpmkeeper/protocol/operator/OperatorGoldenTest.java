package io.tpmkeeper.protocol.operator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.RecordStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Each {@code <verb>/<case>/in-world.yaml} is decided, and the answer must be the {@code out-*.yaml} beside it. Of a record or
 * a grant that is written only what changes is shown. With {@code -Dgolden.write=true} the answers are written instead, to be
 * read and judged by a person.
 */
class OperatorGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/operator");

    private static final Map<String, Function<JsonNode, JsonNode>> VERBS = new TreeMap<>(Map.ofEntries(
            verb("acknowledge", new Acknowledge()),
            verb("project", new Project()),
            verb("rolled-back", new RolledBack()),
            verb("promote", new Promote()),
            verb("rebuild", new Rebuild()),
            verb("keep-current", new KeepCurrent()),
            verb("keep-referred", new KeepReferred()),
            verb("confirm", new Confirm()),
            verb("adopt", new Adopt()),
            verb("move", new Move()),
            // The part of a move in which the holder does not answer.
            verb("take-over", new Move()),
            verb("withdraw", new Withdraw()),
            verb("reset", new Reset()),
            verb("commit", new Commit()),
            verb("void-run", new VoidRun()),
            verb("deliver", new Deliver()),
            verb("forks", new Forks()),
            verb("lost-line", new LostLine()),
            verb("prune", new Prune()),
            verb("delete", new Delete()),
            Map.entry("index", in -> {
                Index index = new Index(in.has("label") ? in.path("label").asText() : null);
                World world = GoldenWorld.read(in);
                return said(world, index.consider(world));
            }),
            Map.entry(
                    "claims",
                    in -> named(Claims.decide(GoldenWorld.value(
                            GoldenWorld.over(
                                    "{domainUuid: 5f0c6f0e-0000-4000-8000-000000000001, claimant: {namespace: vms, name: vm, uid: u1}, recordDeleting: false, sightings: [], claimWithoutProof: []}",
                                    in),
                            Claims.Situation.class)))),
            Map.entry("requested-capture", in -> {
                World world = GoldenWorld.read(in);
                return RequestedCapture.answer(world, in.path("captureRequest").asText())
                        .map(OperatorGoldenTest::named)
                        .orElseGet(GoldenWorld.YAML::createObjectNode);
            }),
            Map.entry("show", OperatorGoldenTest::shown),
            Map.entry("decide", OperatorGoldenTest::passed),
            Map.entry("pass", OperatorGoldenTest::passed)));

    private static Map.Entry<String, Function<JsonNode, JsonNode>> verb(String name, Verb verb) {
        return Map.entry(name, in -> {
            World world = GoldenWorld.read(in);
            return said(world, verb.consider(world));
        });
    }

    @TestFactory
    Stream<DynamicTest> everyWorldIsDecidedAsWritten() throws IOException {
        List<Path> cases;
        try (Stream<Path> all = Files.walk(GOLDEN)) {
            cases = all.filter(f -> name(f).equals("in-world.yaml")).sorted().toList();
        }
        return cases.stream()
                .map(in -> DynamicTest.dynamicTest(
                        GOLDEN.relativize(requireNonNull(in.getParent())).toString(), () -> check(in)));
    }

    @Test
    void everyVerbHasCases() throws IOException {
        try (Stream<Path> directories = Files.list(GOLDEN)) {
            assertThat(directories.filter(Files::isDirectory).map(OperatorGoldenTest::name))
                    .containsExactlyInAnyOrderElementsOf(VERBS.keySet());
        }
    }

    private static void check(Path in) throws IOException {
        Path directory = requireNonNull(in.getParent());
        String verb = name(requireNonNull(directory.getParent()));
        JsonNode answer = requireNonNull(VERBS.get(verb)).apply(GoldenWorld.YAML.readTree(Files.readString(in)));
        String said = GoldenWorld.YAML.writeValueAsString(answer).replaceAll("\"?(([0-9a-f])[0-9a-f])\\1{31}\"?", "$1");
        Path out = directory.resolve(verb.equals("show") ? "out-shown.yaml" : "out-verdict.yaml");
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(out, said);
        }
        assertThat(said).isEqualTo(Files.readString(out));
    }

    private static String name(Path path) {
        return requireNonNull(path.getFileName()).toString();
    }

    private static JsonNode shown(JsonNode in) {
        World world = GoldenWorld.read(in);
        String label = world.policy().guard().word();
        Decisions.Outcome outcome = in.has("notWritten")
                ? Decisions.decideWithoutGenerations(world, label)
                : Decisions.decide(world, label);
        // Shown is what a pass says that had nothing to do but to ask: a case that is not quiet would show what nobody
        // sees.
        assertThat(outcome.verb()).isIn(null, "Decide");
        Shown shown = Show.show(
                world,
                outcome.findings(),
                in.path("unsyncedFor").asLong(),
                in.path("domainSeen").asBoolean(true),
                in.has("notWritten") ? GoldenWorld.value(in.path("notWritten"), NotWritten.class) : null);
        ObjectNode all = GoldenWorld.YAML.valueToTree(shown);
        all.put("state", shown.state().word());
        // In words: an absent status would not tell False from Unknown.
        word(all, "ready", shown.ready());
        word(all, "saved", shown.saved());
        word(all, "startable", shown.startable());
        if (shown.uncovered() != null) {
            word(all, "uncovered", shown.uncovered());
        }
        return all;
    }

    private static void word(ObjectNode all, String condition, Shown.Said said) {
        Boolean status = said.status();
        all.putObject(condition)
                .put("status", status == null ? "Unknown" : status ? "True" : "False")
                .put("reason", said.reason())
                .put("message", said.message());
    }

    /** All verbs in their order: which one acts, and what is found beside. */
    private static JsonNode passed(JsonNode in) {
        World world = GoldenWorld.read(in);
        String label = world.policy().guard().word();
        Decisions.Outcome outcome = in.path("takesGenerations").asBoolean(true)
                ? Decisions.decide(world, label)
                : Decisions.decideWithoutGenerations(world, label);
        ObjectNode all = said(world, new Verdict(outcome.steps(), Optional.empty()));
        var findings = all.putArray("findings");
        outcome.findings().forEach(f -> findings.add(finding(f)));
        return all;
    }

    private static ObjectNode said(World world, Verdict verdict) {
        ObjectNode all = GoldenWorld.YAML.createObjectNode();
        var steps = all.putArray("steps");
        verdict.steps().forEach(s -> steps.add(step(world, s)));
        verdict.finding().ifPresent(f -> all.set("finding", finding(f)));
        return all;
    }

    private static ObjectNode finding(Finding finding) {
        ObjectNode all = GoldenWorld.YAML
                .createObjectNode()
                .put("reason", finding.reason().word())
                .put("message", finding.message());
        if (!finding.offers().isEmpty()) {
            var offers = all.putArray("offers");
            finding.offers().forEach(o -> offers.add(GoldenWorld.YAML.valueToTree(o)));
        }
        return all;
    }

    private static JsonNode step(World world, Step step) {
        return switch (step) {
            case Step.WriteRecord write -> one(step, changes(world.status(), write.next()));
            case Step.WriteGrant write -> {
                NodeView node = world.nodes().get(write.next().nodeName());
                GrantSpec was = node == null ? null : node.grant();
                ObjectNode changed = was == null
                        ? GoldenWorld.YAML.valueToTree(write.next())
                        : difference(GoldenWorld.YAML.valueToTree(was), GoldenWorld.YAML.valueToTree(write.next()));
                changed.remove(List.of("nodeName", "domainUuid"));
                ObjectNode all = GoldenWorld.YAML
                        .createObjectNode()
                        .put("node", write.next().nodeName());
                all.setAll(changed);
                yield one(step, all);
            }
            case Step.MakeGeneration make -> {
                ObjectNode all = GoldenWorld.YAML
                        .createObjectNode()
                        .put("of", make.upload().name());
                all.put("number", make.number()).put("candidate", make.candidate());
                if (!make.elsewhere().isEmpty()) {
                    all.set("elsewhere", GoldenWorld.YAML.valueToTree(make.elsewhere()));
                }
                yield one(step, all);
            }
            case Step.CopyGeneration copy -> one(step, secret(copy.of()).put("number", copy.number()));
            case Step.KeepGeneration keep -> one(step, secret(keep.generation()).put("keep", keep.keep()));
            case Step.DeleteGeneration delete -> one(step, secret(delete.generation()));
            case Step.MarkNewest mark ->
                one(
                        step,
                        secret(mark.generation()).put("version", mark.version().toString()));
            case Step.Deliver deliver -> one(step, secret(deliver.generation()).put("node", deliver.node()));
            case Step.WriteOwner ignored -> named(step);
            case Step.LabelGuard ignored -> named(step);
            case Step.RemoveGrant ignored -> named(step);
            case Step.Ask ignored -> named(step);
            case Step.DeleteUpload ignored -> named(step);
            case Step.DeleteDelivery ignored -> named(step);
            case Step.DeleteRecord ignored -> named(step);
            case Step.Announce ignored -> named(step);
        };
    }

    private static ObjectNode secret(Generation generation) {
        return GoldenWorld.YAML.createObjectNode().put("secret", generation.secret());
    }

    private static ObjectNode changes(RecordStatus was, RecordStatus is) {
        ObjectNode changed = difference(byNode(was), byNode(is));
        return changed.isEmpty() ? changed.put("unchanged", true) : changed;
    }

    private static ObjectNode byNode(RecordStatus status) {
        ObjectNode tree = GoldenWorld.YAML.valueToTree(status);
        tree.remove("nodes");
        status.nodes().forEach(n -> tree.set("orders of " + n.node(), GoldenWorld.YAML.valueToTree(n)));
        return tree;
    }

    private static ObjectNode difference(ObjectNode was, ObjectNode is) {
        ObjectNode changed = GoldenWorld.YAML.createObjectNode();
        is.properties().stream()
                .filter(f -> !f.getValue().equals(was.get(f.getKey())))
                .forEach(f -> changed.set(f.getKey(), f.getValue()));
        was.fieldNames().forEachRemaining(f -> {
            if (!is.has(f)) {
                changed.put(f, "gone");
            }
        });
        return changed;
    }

    private static ObjectNode one(Step step, JsonNode what) {
        ObjectNode all = GoldenWorld.YAML.createObjectNode();
        all.set(step.getClass().getSimpleName(), what);
        return all;
    }

    private static ObjectNode named(Object value) {
        ObjectNode all = GoldenWorld.YAML.createObjectNode();
        all.set(value.getClass().getSimpleName(), GoldenWorld.YAML.valueToTree(value));
        return all;
    }
}
