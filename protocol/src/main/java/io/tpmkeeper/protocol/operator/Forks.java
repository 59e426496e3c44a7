package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Names runs that began off-line while the domain had a line: two states may now differ. Decides nothing. */
final class Forks implements Verb {
    @Override
    public Verdict consider(World world) {
        if (world.status().holder() == null || world.status().deletion() != null) {
            return Verdict.NOTHING;
        }
        List<NodeView> forked = world.nodes().values().stream()
                .filter(n -> n.alive() && isForked(world, n))
                .toList();
        return forked.isEmpty()
                ? Verdict.NOTHING
                : Verdict.found(new Finding(
                        Finding.Reason.FORKED_RUN,
                        "The domain ran, or runs, on %s without having been allowed to continue from the newest state (break-glass, a permissive class, or an old image). What it left there is kept, and does not become current. Stop it there; the line goes on where it is."
                                .formatted(String.join(
                                        ", ",
                                        forked.stream().map(NodeView::node).toList())),
                        offers(world, forked)));
    }

    /** Once it has stopped: which of the two is the domain. */
    private static List<Finding.Offer> offers(World world, List<NodeView> forked) {
        List<NodeView> received = world.nodes().values().stream()
                .filter(n ->
                        n.alive() && n.facts().run() != null && n.facts().run().mayHaveReceived())
                .toList();
        return forked.stream()
                .filter(n -> !n.facts().runOpen() && !n.facts().active())
                .flatMap(n -> offers(world, n, received).stream())
                .distinct()
                .toList();
    }

    /** One that was migrated, or may have been, is not all there is of the fork: forgotten, what received it would be taken for the domain. */
    private static List<Finding.Offer> offers(World world, NodeView forked, List<NodeView> received) {
        Run run = Objects.requireNonNull(forked.facts().run());
        boolean mayHaveGoneOn = run.how() == Ending.MIGRATED || run.how() == Ending.UNKNOWN;
        List<NodeView> line = Stream.concat(world.holder().stream(), received.stream())
                .distinct()
                .toList();
        return mayHaveGoneOn && !received.isEmpty()
                ? Offers.all(Offers.continueOn(world, Offers.andOthers(world, line)), Beginnings.fromNewest(world))
                : Offers.all(Offers.forget(world, forked, run), Offers.continueOn(world, List.of(forked)));
    }

    static boolean isForked(World world, NodeView node) {
        Run run = node.facts().run();
        return run != null && isFork(world, node, run);
    }

    private static boolean isFork(World world, NodeView node, Run run) {
        boolean adopting = world.ordersOf(node.node())
                .flatMap(NodeOrders::open)
                .filter(o -> Content.LIVE.equals(o.tip()))
                .isPresent();
        boolean ofThisRecord = world.recordUid().equals(run.record());
        // A closed run of no record may be older than the claim: then it is what was adopted, or never mattered.
        var refusal = node.facts().refusal();
        boolean letThrough = refusal != null && refusal.passedBy() != null;
        return !adopting
                && (ofThisRecord || letThrough || run.open() || mayBeTheDomain(world, node))
                && !run.online()
                && !run.voided()
                && run.kind() != RunKind.INCOMING;
    }

    /**
     * Once the line has left its holder, what began where it may have gone hides how that ended there: whoever let it through is
     * forgotten with the next start that is refused.
     */
    private static boolean mayBeTheDomain(World world, NodeView node) {
        return node.facts().hasState()
                && HolderLine.of(world)
                        .filter(h -> h.line().state() == LineState.LEFT)
                        .isPresent();
    }
}
