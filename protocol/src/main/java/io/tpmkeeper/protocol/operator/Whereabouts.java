package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Run;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a domain may have gone on after its last on-line run left the holder, or may have. */
final class Whereabouts {
    private Whereabouts() {}

    /**
     * A node on which it ended that may have been the domain's life: a run that received it, or one begun there without the right
     * to, which hides the run before it. What such a run left may be newer than anything the holder has.
     */
    static Optional<NodeView> mayHaveEndedOn(World world) {
        return world.nodes().values().stream()
                .filter(n -> n.alive() && !n.facts().active())
                .filter(n -> mayBeNewest(world, n.facts().run()))
                .findFirst();
    }

    private static boolean mayBeNewest(World world, @Nullable Run run) {
        if (run == null) {
            return false;
        }
        boolean forked = !run.online() && !run.voided() && world.recordUid().equals(run.record());
        return run.mayHaveReceived() || forked;
    }

    /** A node that has not said since whether it has the domain, and is not known to be off. */
    static Optional<NodeView> mayBeSilentlyOn(World world, String subject) {
        return world.nodes().values().stream()
                .filter(n -> !n.alive() && !n.fenced() && !world.answeredSince(n, subject))
                .findFirst();
    }
}
