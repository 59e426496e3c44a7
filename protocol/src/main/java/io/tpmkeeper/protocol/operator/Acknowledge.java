package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.RecordStatus;

/** Writes down which orders the nodes obeyed: what a node obeyed last is what stands again when it refuses the next one. */
final class Acknowledge implements Verb {
    @Override
    public Verdict consider(World world) {
        RecordStatus next = world.status();
        for (NodeView node : world.nodes().values()) {
            boolean acked = world.ordersOf(node.node())
                    .filter(NodeOrders::unanswered)
                    .filter(o -> node.isHost(o.hostId()))
                    .map(o -> o.order() != null
                            && o.order().id().equals(node.facts().acked()))
                    .orElse(false);
            if (acked) {
                next = next.withNode(node.node(), node.facts().hostId(), NodeOrders::acknowledged);
            }
        }
        return next.equals(world.status()) ? Verdict.NOTHING : Verdict.act(new Step.WriteRecord(next));
    }
}
