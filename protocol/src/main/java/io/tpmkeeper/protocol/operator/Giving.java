package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.RecordStatus;
import java.util.Objects;

/** Gives the line to one node: the only place where a right is made. */
final class Giving {
    private Giving() {}

    /** The given content, whatever the node has. */
    static RecordStatus content(World world, NodeView to, Content content) {
        long epoch = nextEpoch(world);
        return give(world, to, Order.held(id(world, to.node()), epoch, content));
    }

    /** What the node has, and goes on with. */
    static RecordStatus live(World world, NodeView to) {
        var run = to.facts().run();
        Long named = run != null && run.open() ? Long.valueOf(run.n()) : null;
        return give(
                world,
                to,
                Order.live(
                        id(world, to.node()),
                        nextEpoch(world),
                        named,
                        to.facts().active()));
    }

    /** Takes the line back from its holder; it can refuse. A line that Left is taken only as it was seen. */
    static RecordStatus takeBack(World world, RecordStatus status, Holder holder) {
        Long left = HolderLine.of(world)
                .filter(h -> h.line().state() == LineState.LEFT)
                .map(HolderLine::runNumber)
                .orElse(null);
        Order order = Order.tombstone(id(world, holder.node()), status.epoch(), left);
        return status.withNode(holder.node(), holder.hostId(), o -> o.ordered(holder.hostId(), order));
    }

    private static RecordStatus give(World world, NodeView to, Order order) {
        String hostId = Objects.requireNonNull(to.hostId(), "a node without a host id cannot be given a line");
        RecordStatus next = world.status()
                .withHolder(new Holder(to.node(), hostId), order.epoch())
                .withMoving(null)
                .withNode(to.node(), hostId, o -> o.ordered(hostId, order));
        var request = to.facts().request();
        if (request != null) {
            next = next.withNode(to.node(), hostId, o -> o.answered(request.id()));
        }
        for (NodeView other : world.nodes().values()) {
            boolean hasPart =
                    other.grant() != null || world.ordersOf(other.node()).isPresent();
            String otherHost = other.hostId();
            if (hasPart && otherHost != null && !other.node().equals(to.node())) {
                Order gone = Order.tombstone(id(world, other.node()), order.epoch());
                next = next.withNode(other.node(), otherHost, o -> o.ordered(otherHost, gone));
            }
        }
        return next;
    }

    /** Higher than any before, also than those that a rolled-back record has forgotten: time went on meanwhile. */
    private static long nextEpoch(World world) {
        return Math.max(world.status().epoch() + 1, world.now());
    }

    private static String id(World world, String node) {
        return world.nonce() + "-" + node;
    }
}
