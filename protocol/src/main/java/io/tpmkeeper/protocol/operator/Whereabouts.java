package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Consent;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Run;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a domain may have gone on after its last on-line run left the holder, or may have. */
final class Whereabouts {
    private Whereabouts() {}

    /**
     * The nodes on which it ended that may have been the domain's life: a run that received it, or one begun there without the right
     * to, which hides the run before it. What such a run left may be newer than anything the holder has.
     */
    static List<NodeView> mayHaveEndedOn(World world) {
        return world.nodes().values().stream()
                .filter(n -> n.alive() && !n.facts().active())
                .filter(n -> mayBeNewest(world, n.facts().run()) || hasForgotten(world, n))
                .toList();
    }

    /**
     * Its host directory was lost, or the file that says what ran here cannot be read (a line is said to be lost then): what lies there is
     * of a run that nobody knows any more, and is not what is saved.
     */
    private static boolean hasForgotten(World world, NodeView node) {
        Digest lies = node.facts().live();
        Line line = node.facts().line();
        return node.facts().run() == null
                && (line == null || line.state() == LineState.LOST)
                && lies != null
                && world.generationOf(lies).isEmpty();
    }

    private static boolean mayBeNewest(World world, @Nullable Run run) {
        if (run == null) {
            return false;
        }
        // One of no record began on a host that knew of none, having lost its directory perhaps; what ran before the
        // domain was
        // protected is void since the line was given.
        boolean forked = !run.online()
                && !run.voided()
                && (run.record() == null || world.recordUid().equals(run.record()));
        return run.mayHaveReceived() || forked;
    }

    /** The nodes that have not said since whether they have the domain, and are not known to be off. */
    static List<NodeView> silentSince(World world, String subject) {
        return world.nodes().values().stream()
                .filter(n -> !n.alive() && !n.fenced() && !world.answeredSince(n, subject) && !isPresumedOff(world, n))
                .toList();
    }

    /** Whether a person said so, as long as it does not speak. */
    static boolean isPresumedOff(World world, NodeView node) {
        Consent consent = world.status().consent();
        return consent != null && !node.alive() && consent.choice().silent().contains(node.node());
    }

    /** Whether the node has the domain, or may have received it, beside one that asks for it. */
    static boolean mayHaveIt(NodeView node, NodeView asker) {
        return !node.node().equals(asker.node())
                && (node.facts().active()
                        || (node.facts().run() != null && node.facts().run().mayHaveReceived()));
    }

    /** The nodes that report that the domain runs there. */
    static Stream<NodeView> running(World world) {
        return world.nodes().values().stream()
                .filter(n -> n.alive() && (n.facts().active() || n.facts().runOpen()));
    }

    /** Whether it runs on any node but this one. */
    static boolean runsBeside(World world, @Nullable String node) {
        return running(world).anyMatch(n -> !n.node().equals(node));
    }
}
