package io.tpmkeeper.simulation.world;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Decision;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.operator.NodeView;
import io.tpmkeeper.protocol.operator.World;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Harm;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Holds the words of an option against what was seen when it was written: who reads nothing else knows which node is meant, when what it
 * has was captured, and what is lost by it.
 */
final class Told {
    private Told() {}

    static void check(Decision.Option option, World seen) {
        Stream<String> losses = switch (option.choice().way()) {
            case CONTINUE ->
                Stream.of(
                        "What is not in that is lost to the domain: ",
                        "Nothing else that is known of the domain is lost by it.");
            case FORGET -> Stream.of("in that run is lost to it", "nothing of the domain is lost by it");
            case BEGIN, TAKE_OVER -> Stream.of(" is lost");
            case PRESUME_OFF -> Stream.of("it runs twice");
        };
        String said = option.message();
        if (losses.noneMatch(said::contains)) {
            throw new Broken(Harm.STALE, "it is not said what is lost by " + option);
        }
        String node = option.choice().node();
        boolean ofOneState =
                option.choice().way() == Choice.Way.CONTINUE || option.choice().way() == Choice.Way.FORGET;
        if (node == null || !ofOneState) {
            return;
        }
        List<String> times = times(Objects.requireNonNull(seen.nodes().get(node)));
        boolean tellsWhen = times.isEmpty() || times.stream().anyMatch(said::contains);
        if (!said.contains(node) || !tellsWhen) {
            throw new Broken(Harm.STALE, "of several states it is not said which is meant by " + option);
        }
    }

    /** Of what lies there, or else of what the last run left. Of a domain that runs there is none. */
    private static List<String> times(NodeView node) {
        Facts facts = node.facts();
        return facts.active()
                ? List.of()
                : facts.entries().stream()
                        .filter(e -> facts.live() == null
                                ? isOfTheLastRun(e, facts)
                                : facts.live().equals(e.digest()))
                        .map(e -> "captured " + e.capturedAt())
                        .toList();
    }

    private static boolean isOfTheLastRun(Entry entry, Facts facts) {
        Run run = facts.run();
        return entry.digest() != null && (run == null || entry.run() == run.n());
    }
}
