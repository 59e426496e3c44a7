package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Run;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Gives the line to one node: the only place where a right is made. */
final class Giving {
    /** Seconds by which clocks may have been wrong: a year. */
    private static final long BELIEVED = 366L * 86_400;

    private Giving() {}

    /** The given content, whatever the node has. */
    static RecordStatus content(World world, NodeView to, Content content) {
        long epoch = nextEpoch(world);
        return give(world, to, Order.held(id(world, to.node()), epoch, content));
    }

    /** The given content, while nobody holds the line: a run that began there meanwhile would be the domain's life, and refuses it. */
    static RecordStatus contentFirst(World world, NodeView to, Content content) {
        var run = to.facts().run();
        return give(world, to, Order.held(id(world, to.node()), nextEpoch(world), content, run == null ? 0L : run.n()));
    }

    /** What the node has, and goes on with: the order names its last run, so that another one there refuses it. */
    static RecordStatus live(World world, NodeView to) {
        var run = to.facts().run();
        return give(
                world,
                to,
                Order.live(
                        id(world, to.node()),
                        epochAbove(world, to),
                        run == null ? null : (Long) run.n(),
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
                .withConsent(null)
                // What it has now is the domain: nothing of a life before is to be cleaned there any more.
                .withReturned(to.node())
                .withNode(to.node(), hostId, o -> o.ordered(hostId, order));
        var request = to.facts().request();
        if (request != null) {
            next = next.withNode(to.node(), hostId, o -> o.answered(request.id()));
        }
        boolean mayHaveLeft =
                Content.LIVE.equals(order.tip()) && mayHaveLeft(to.facts().run());
        return tombstones(
                world,
                next,
                order.epoch(),
                to.node(),
                (node, run) -> mayHaveLeft && run.mayHaveReceived() ? run.n() - 1 : run.n());
    }

    /** The line begins anew as was chosen: what a node has that is to be continued from stays there as it is. */
    static RecordStatus tombstones(
            World world, RecordStatus status, long epoch, @Nullable String except, Choice chosen) {
        return tombstones(
                world, status, epoch, except, (node, run) -> isChosen(chosen, node, run) ? run.n() - 1 : run.n());
    }

    /** How it ended nobody knows, or it went to another node. */
    static boolean mayHaveLeft(@Nullable Run run) {
        return run != null && !run.voided() && (run.how() == Ending.MIGRATED || run.how() == Ending.UNKNOWN);
    }

    private static boolean isChosen(Choice chosen, String node, Run run) {
        return node.equals(chosen.node()) && chosen.run() != null && chosen.run() == run.n() && !mayHaveLeft(run);
    }

    /** The last of the runs on a node that are no part of the line that is given elsewhere. */
    private interface Passed {
        long until(String node, Run last);
    }

    /** Every other node that has a part in the domain hears that the line was given elsewhere. */
    private static RecordStatus tombstones(
            World world, RecordStatus status, long epoch, @Nullable String except, Passed passed) {
        RecordStatus next = status;
        for (NodeView other : world.nodes().values()) {
            String hostId = other.hostId() != null
                    ? other.hostId()
                    : world.ordersOf(other.node()).map(NodeOrders::hostId).orElse(null);
            if (hostId != null && hasPart(world, other) && !other.node().equals(except)) {
                Order gone = Order.tombstone(id(world, other.node()), epoch, passedUntil(other, passed));
                next = next.withNode(other.node(), hostId, o -> o.passed(hostId, gone));
            }
        }
        return next;
    }

    private static @Nullable Long passedUntil(NodeView node, Passed passed) {
        Run last = node.facts().run();
        if (last == null) {
            return null;
        }
        // One that goes on may come to be of the line, or is asked about when it has ended.
        long until = last.open() ? last.n() - 1 : passed.until(node.node(), last);
        return until == 0 ? null : (Long) until;
    }

    private static boolean hasPart(World world, NodeView node) {
        return node.grant() != null
                || world.ordersOf(node.node()).isPresent()
                || node.facts().lineOf(world.recordUid()).isPresent();
    }

    /** Higher than any before, also than those that a rolled-back record has forgotten: time went on meanwhile. */
    private static long nextEpoch(World world) {
        return Math.max(world.status().epoch() + 1, world.now());
    }

    /**
     * The same, and above what the node itself has, which is not believed without limit: a node that was taken over must not be
     * able to use all epochs up.
     */
    private static long epochAbove(World world, NodeView node) {
        return above(world, Stream.of(node));
    }

    /** The same, above what any node has: each is to obey a Tombstone of it. */
    static long epochAboveAll(World world) {
        return above(world, world.nodes().values().stream());
    }

    private static long above(World world, Stream<NodeView> nodes) {
        long next = nextEpoch(world);
        return nodes.flatMap(n -> n.facts().lineOf(world.recordUid()).stream())
                .map(l -> l.epoch() + 1)
                .filter(e -> e - next < BELIEVED)
                .reduce(next, Math::max);
    }

    private static String id(World world, String node) {
        return world.nonce() + "-" + node;
    }
}
