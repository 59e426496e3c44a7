package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.RecordStatus;
import java.util.ArrayList;
import java.util.List;

/** Writes down which orders the nodes obeyed: what a node obeyed last is what stands again when it refuses the next one. */
final class Acknowledge implements Verb {
    @Override
    public Verdict consider(World world) {
        RecordStatus next = world.status();
        List<Step> told = new ArrayList<>();
        for (NodeView node : world.nodes().values()) {
            boolean acked = world.ordersOf(node.node())
                    .filter(NodeOrders::unanswered)
                    .filter(o -> node.isHost(o.hostId()))
                    .map(o -> o.order() != null
                            && o.order().id().equals(node.facts().acked()))
                    .orElse(false);
            if (acked) {
                next = next.withNode(node.node(), node.facts().hostId(), NodeOrders::acknowledged);
                if (world.status().moving() != null && world.status().heldBy(node.node())) {
                    told.add(new Step.Announce(
                            false,
                            "GivenUp",
                            "%s gave the domain up; it may not start it any more.".formatted(node.node())));
                }
            }
        }
        if (next.equals(world.status())) {
            return Verdict.NOTHING;
        }
        told.addFirst(new Step.WriteRecord(next));
        return Verdict.act(told);
    }
}
