package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import java.util.List;

/** Names runs that began off-line while the domain had a line: two states may now differ. Decides nothing. */
final class Forks implements Verb {
    @Override
    public Verdict consider(World world) {
        if (world.status().holder() == null || world.status().deletion() != null) {
            return Verdict.NOTHING;
        }
        List<String> forked = world.nodes().values().stream()
                .filter(NodeView::alive)
                .filter(n ->
                        n.facts().run() != null && isFork(world, n, n.facts().run()))
                .map(NodeView::node)
                .toList();
        return forked.isEmpty()
                ? Verdict.NOTHING
                : Verdict.found(
                        Finding.Reason.FORKED_RUN,
                        "The domain ran, or runs, on %s without having been allowed to continue from the newest state (break-glass, a permissive class, or an old image). What it left there is kept, and does not become current. Stop it there; the line goes on where it is."
                                .formatted(String.join(", ", forked)));
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
                && (ofThisRecord || letThrough || run.open())
                && !run.online()
                && !run.voided()
                && run.kind() != RunKind.INCOMING;
    }
}
