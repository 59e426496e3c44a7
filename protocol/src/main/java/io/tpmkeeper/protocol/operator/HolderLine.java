package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Run;
import java.util.Objects;
import java.util.Optional;

/**
 * The holder, judged: there is one only if its facts are of the host that was given the line, acknowledge the record's order
 * and show a line of the record's epoch. Older facts say nothing of what the holder may do now.
 */
record HolderLine(NodeView node, Line line) {
    static Optional<HolderLine> of(World world) {
        return world.holder()
                .filter(n -> isTheHost(world, n))
                .filter(n -> world.ordersOf(n.node())
                        .map(o -> o.order() != null && !o.unanswered())
                        .orElse(false))
                .flatMap(n -> n.facts()
                        .lineOf(world.recordUid())
                        .filter(l -> l.epoch() == world.status().epoch())
                        .map(l -> new HolderLine(n, l)));
    }

    /** Whether the node is still the host directory that was given the line. */
    static boolean isTheHost(World world, NodeView node) {
        var holder = world.status().holder();
        return holder != null && node.isHost(holder.hostId());
    }

    Facts facts() {
        return node.facts();
    }

    /**
     * Whether the domain left with its last run, which ended so. A deletion with Delete takes such a line back, too; what was taken
     * back says only by that run that the newest state is elsewhere, or came back.
     */
    boolean left(Ending ending) {
        Run run = facts().run();
        boolean takenBack = line.state() == LineState.TOMBSTONE
                && run != null
                && !run.open()
                && !run.voided()
                && run.epoch() == line.epoch()
                && (run.online() ? run.how() == ending : ending == Ending.MIGRATED && run.mayHaveReceived());
        return takenBack || line.left(ending);
    }

    /** Of the last run there; 0: there was none. */
    long runNumber() {
        return facts().run() == null ? 0 : facts().run().n();
    }

    /**
     * Whether what is current was captured in the run that began from the tip: then the tip is older, and need not be saved.
     *
     * @param line the holder's
     */
    static boolean isPassed(World world, NodeView holder, Line line) {
        Current current = world.status().current();
        return current != null
                && current.version().epoch() == line.epoch()
                && holder.facts().entries().stream()
                        .noneMatch(e -> Objects.equals(line.tip(), e.digest())
                                && world.recordUid().equals(e.record())
                                && e.version().compareTo(current.version()) > 0);
    }

    /** Whether the newest state is safe in the cluster: the tip is current's and its Secret is there, or there never was one. */
    boolean tipIsSaved(World world) {
        var current = world.status().current();
        return current == null
                ? line.tip() == null
                : current.digest().equals(line.tip())
                        && world.generationOf(current.digest()).isPresent();
    }
}
