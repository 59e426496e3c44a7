package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Run;
import org.jspecify.annotations.Nullable;

/** Where a domain is in its life: derived from facts each time, stored nowhere. The first that holds. */
public enum HostState {
    /** Nobody holds the line. */
    NONE("None"),
    /** The line is on its way from one host to another. */
    MOVING("Moving"),
    /** The last run went to another host, or may have. */
    LEFT("Left"),
    /** What the last run left is torn or incomplete. */
    LOST("Lost"),
    /** A run is open on the holder. */
    RUNNING("Running"),
    /** The newest state is only on the holder. */
    UNSYNCED("Unsynced"),
    /** The last run ended and its end is saved. */
    RELEASED("Released"),
    /** The line was given and nothing ran under it yet. */
    GRANTED("Granted");

    private final String word;

    HostState(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    /** Where the domain is, as far as the operator knows. */
    public static HostState of(World world) {
        if (world.status().holder() == null) {
            return NONE;
        }
        if (world.status().moving() != null) {
            return MOVING;
        }
        NodeView node =
                world.holder().filter(n -> HolderLine.isTheHost(world, n)).orElse(null);
        Line line = node == null ? null : node.facts().lineOf(world.recordUid()).orElse(null);
        if (node == null || line == null || line.epoch() < world.status().epoch()) {
            return GRANTED;
        }
        return switch (line.state()) {
            case LEFT -> LEFT;
            case LOST -> LOST;
            case HELD, TOMBSTONE -> ofLine(world, node, line);
        };
    }

    private static HostState ofLine(World world, NodeView node, Line line) {
        if (node.facts().runOpen()) {
            return RUNNING;
        }
        Current current = world.status().current();
        boolean saved = current == null ? line.tip() == null : current.digest().equals(line.tip());
        if (!saved) {
            return UNSYNCED;
        }
        return current != null && (endedUnder(node.facts().run(), line.epoch()) || wasAdopted(world, node))
                ? RELEASED
                : GRANTED;
    }

    private static boolean endedUnder(@Nullable Run run, long epoch) {
        return run != null && !run.open() && run.epoch() == epoch;
    }

    private static boolean wasAdopted(World world, NodeView node) {
        return world.ordersOf(node.node())
                .map(NodeOrders::acked)
                .filter(o -> Content.LIVE.equals(o.tip()))
                .isPresent();
    }
}
