package io.tpmkeeper.protocol.operator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Whoever reads an option, and nothing else, knows which of several states is meant and what is lost by choosing it: in each of the
 * golden worlds, where every capture has a time of its own.
 */
class OptionTextsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/operator");
    private static final int HOUR = 60;

    private record Option(World world, Finding finding, Finding.Offer offer) {
        Choice choice() {
            return offer.choice();
        }

        NodeView node() {
            return requireNonNull(world.nodes().get(choice().node()));
        }
    }

    @TestFactory
    Stream<DynamicTest> everyOptionSaysWhatItMeansAndWhatIsLost() throws IOException {
        return worlds().map(in -> DynamicTest.dynamicTest(name(in), () -> {
            World world = read(in, n -> n);
            options(world).forEach(OptionTextsTest::saysEnough);
        }));
    }

    @Test
    void thereAreOptionsOfEveryKindAmongThese() throws IOException {
        Map<Choice.Way, Long> ways = worlds().flatMap(in -> options(read(in, n -> n)))
                .collect(Collectors.groupingBy(
                        o -> o.choice().way(), () -> new EnumMap<>(Choice.Way.class), Collectors.counting()));
        assertThat(ways).containsOnlyKeys(Choice.Way.values());
        long timed = worlds().flatMap(in -> options(read(in, n -> n)))
                .filter(o -> o.choice().way() == Choice.Way.CONTINUE
                        && !times(o.node()).isEmpty())
                .count();
        assertThat(timed).as("options of which a time is known").isGreaterThan(20);
    }

    /** A host's clock may be wrong by any amount. */
    @TestFactory
    Stream<DynamicTest> nothingIsDecidedByTheTimeOfACapture() throws IOException {
        return worlds().map(in -> DynamicTest.dynamicTest(
                name(in),
                () -> assertThat(decided(read(in, n -> n)))
                        .isEqualTo(decided(read(in, n -> HOUR - 1 - n)))
                        .isEqualTo(decided(GoldenWorld.read(tree(in))))));
    }

    @TestFactory
    Stream<DynamicTest> anOptionKeepsItsNameAsLongAsNothingChanges() throws IOException {
        return worlds().map(in -> DynamicTest.dynamicTest(name(in), () -> {
            World world = read(in, n -> n);
            asked(world).ifPresent(next -> assertThat(asked(world.with(next))).isEmpty());
        }));
    }

    private static void saysEnough(Option option) {
        String said = option.offer.message();
        switch (option.choice().way()) {
            case CONTINUE -> {
                saysWhich(option);
                assertThat(said)
                        .containsAnyOf(
                                "What is not in that is lost to the domain: ",
                                "Nothing else that is known of the domain is lost by it.");
                Current current = option.world.status().current();
                if (current != null) {
                    assertThat(said).contains("generation " + current.generation());
                }
                others(option)
                        .forEach(n -> assertThat(said).containsPattern("\\b" + n + "\\b.* (left aside|runs twice)"));
            }
            case FORGET -> {
                saysWhich(option);
                assertThat(said)
                        .contains("run " + option.choice().run())
                        .containsAnyOf("in that run is lost to it", "nothing of the domain is lost by it");
            }
            case BEGIN -> {
                assertThat(said).contains(" is lost");
                option.world.generations().stream()
                        .filter(g -> g.digest().equals(option.choice().from()))
                        .findFirst()
                        .ifPresentOrElse(
                                g -> assertThat(said).containsPattern("generation \\d+, captured .+ on .+: "),
                                () -> assertThat(said).contains("blank TPM"));
            }
            case TAKE_OVER ->
                assertThat(said)
                        .contains(requireNonNull(option.choice().node()))
                        .contains(" is lost");
            case PRESUME_OFF ->
                assertThat(said).contains(option.choice().silent()).contains("runs twice");
        }
    }

    /** The node, and when: of what lies there, or else of what its last run left; or that it runs. */
    private static void saysWhich(Option option) {
        String said = option.offer.message();
        assertThat(said).containsPattern("\\b" + option.choice().node() + "\\b");
        if (option.node().facts().active()) {
            assertThat(said).contains("where the domain runs");
        } else if (!times(option.node()).isEmpty()) {
            assertThat(said).containsAnyOf(times(option.node()).toArray(String[]::new));
        }
    }

    private static List<String> times(NodeView node) {
        Facts facts = node.facts();
        Run run = facts.run();
        return facts.active()
                ? List.of()
                : facts.entries().stream()
                        .filter(e -> facts.live() != null
                                ? facts.live().equals(e.digest())
                                : e.digest() != null && (run == null || e.run() == run.n()))
                        .map(e -> "captured " + requireNonNull(e.capturedAt()))
                        .toList();
    }

    /** What can be chosen instead, and is neither the same nor saved. */
    private static Stream<String> others(Option option) {
        Facts mine = option.node().facts();
        return option.finding.offers().stream()
                .map(Finding.Offer::choice)
                .filter(c -> c.way() == Choice.Way.CONTINUE && !option.choice().equals(c))
                .map(c -> requireNonNull(option.world.nodes().get(c.node())))
                .filter(n -> n.facts().live() != null
                        && !n.facts().live().equals(mine.live())
                        && option.world.generationOf(n.facts().live()).isEmpty())
                .filter(n -> n.facts().run() == null || !n.facts().run().voided())
                .map(NodeView::node);
    }

    private record Decided(List<Step> steps, List<String> found, List<Choice> choices) {}

    /** By each verb: all but the words of the options. */
    private static List<Decided> decided(World world) {
        return Decisions.inOrder(world.policy().guard().word()).stream()
                .map(v -> v.consider(world))
                .map(v -> new Decided(
                        v.steps(),
                        v.finding().stream().map(f -> f.reason() + f.message()).toList(),
                        v.finding().stream()
                                .flatMap(f -> f.offers().stream())
                                .map(Finding.Offer::choice)
                                .toList()))
                .toList();
    }

    private static Optional<io.tpmkeeper.protocol.RecordStatus> asked(World world) {
        Decisions.Outcome outcome =
                Decisions.decide(world, world.policy().guard().word());
        return "Decide".equals(outcome.verb())
                ? outcome.steps().stream()
                        .flatMap(s -> s instanceof Step.WriteRecord write ? Stream.of(write.next()) : Stream.empty())
                        .filter(next -> next.decision() != null && next.consent() == null)
                        .findFirst()
                : Optional.empty();
    }

    /** Of each verb alone, and of a whole pass, which adds what is current. */
    private static Stream<Option> options(World world) {
        String label = world.policy().guard().word();
        Stream<Finding> ofVerbs = Decisions.inOrder(label).stream().flatMap(v -> v.consider(world).finding().stream());
        return Stream.concat(ofVerbs, Decisions.decide(world, label).findings().stream())
                .flatMap(f -> f.offers().stream().map(o -> new Option(world, f, o)));
    }

    private static Stream<Path> worlds() throws IOException {
        try (Stream<Path> all = Files.walk(GOLDEN)) {
            return all
                    .filter(f -> f.endsWith("in-world.yaml") && !f.startsWith(GOLDEN.resolve("claims")))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static String name(Path in) {
        return GOLDEN.relativize(requireNonNull(in.getParent())).toString();
    }

    private static JsonNode tree(Path in) {
        try {
            return GoldenWorld.YAML.readTree(Files.readString(in));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** @param minute from the capture's place among all: no two have one time */
    private static World read(Path in, IntUnaryOperator minute) {
        JsonNode tree = tree(in);
        int[] n = {0};
        tree.path("nodes")
                .forEach(node -> node.path("facts")
                        .path("entries")
                        .forEach(e -> ((ObjectNode) e)
                                .put("capturedAt", "2026-01-02T03:%02d:00Z".formatted(minute.applyAsInt(n[0]++)))));
        return GoldenWorld.read(tree);
    }
}
