package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Consent;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Has a host forget a run that is no part of the domain: what a failed migration left on its destination, once the holder is
 * known to have gone on running since; or what a person said is none.
 */
final class VoidRun implements Verb {
    @Override
    public Verdict consider(World world) {
        for (NodeView node : world.nodes().values()) {
            Run run = node.facts().run();
            if (run == null || run.open() || run.voided() || run.online() || node.grant() == null || !node.alive()) {
                continue;
            }
            Verdict verdict = isForgotten(world, node, run) ? order(node, run) : received(world, node, run);
            if (verdict.acts()) {
                return verdict;
            }
        }
        return Verdict.NOTHING;
    }

    private static boolean isForgotten(World world, NodeView node, Run run) {
        Consent consent = world.status().consent();
        return consent != null
                && consent.choice().way() == Choice.Way.FORGET
                && node.node().equals(consent.choice().node())
                && Objects.equals(run.n(), consent.choice().run());
    }

    /**
     * It was Closed when the holder was asked, and the holder's run is open in the answer: so the migration did not succeed. Where
     * both have ended, it did not if it failed by the destination's own word, and the source's end was one that is no leaving.
     */
    private static Verdict received(World world, NodeView node, Run run) {
        Holder holder = world.status().holder();
        if (holder == null || holder.node().equals(node.node()) || !run.mayHaveReceived()) {
            return Verdict.NOTHING;
        }
        boolean failed = HolderLine.of(world)
                .filter(h -> h.node().alive() && h.line().isHeld())
                .map(h -> h.facts().run())
                .filter(r -> r.online() && (r.open() || (run.how() == Ending.FAILED && stayed(r))))
                .isPresent();
        if (!failed || isOrdered(node, run)) {
            return Verdict.NOTHING;
        }
        String subject = "void/%s/%d".formatted(node.node(), run.n());
        if (!world.questions().containsKey(subject)) {
            return Verdict.act(new Step.Ask(subject));
        }
        return world.holder().filter(h -> world.answeredSince(h, subject)).isPresent()
                ? order(node, run)
                : Verdict.NOTHING;
    }

    private static boolean stayed(Run ended) {
        return ended.how() != Ending.MIGRATED && ended.how() != Ending.UNKNOWN;
    }

    private static boolean isOrdered(NodeView node, Run run) {
        return node.grant() != null && node.grant().voids().contains(run.n());
    }

    static Verdict order(NodeView node, Run run) {
        GrantSpec grant = Objects.requireNonNull(node.grant());
        if (isOrdered(node, run)) {
            return Verdict.NOTHING;
        }
        List<Long> runs = new ArrayList<>(grant.voids());
        runs.add(run.n());
        return Verdict.act(new Step.WriteGrant(grant.withVoids(runs)));
    }

    /** What the grant still has to say: a run that was forgotten, or followed by another, needs no word any more. */
    static List<Long> stillMeant(GrantSpec has, NodeView node) {
        Run run = node.facts().run();
        return run == null
                ? List.of()
                : has.voids().stream()
                        .filter(n -> n == run.n() && !run.voided())
                        .flatMap(Stream::of)
                        .toList();
    }
}
