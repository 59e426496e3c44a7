package io.tpmkeeper.simulation.cluster;

import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.operator.HostState;
import io.tpmkeeper.protocol.operator.Life;
import io.tpmkeeper.protocol.operator.World;
import io.tpmkeeper.simulation.story.Coverage;
import org.jspecify.annotations.Nullable;

/** Watches where the domain is in its life, and what brought it there: a verb of the operator, or what the hosts report. */
final class LifeWatch {
    /** What marks a transition that {@link Life} does not know. */
    private static final String UNKNOWN = "unknown-life";

    private final Coverage coverage;
    private @Nullable World last;

    LifeWatch(Coverage coverage) {
        this.coverage = coverage;
    }

    /** The storage went back: what is observed next is no step of the domain's life. */
    void forget() {
        last = null;
    }

    /** The operator observes. */
    void observed(World world) {
        World before = last;
        last = world;
        if (before != null
                && before.recordUid().equals(world.recordUid())
                && before.status().equals(world.status())) {
            passed(HostState.of(before), HostState.of(world), Life.HOSTS);
        }
    }

    /** The operator is about to write the record. */
    void written(World world, RecordStatus next, String verb) {
        passed(HostState.of(world), HostState.of(world.with(next)), verb);
    }

    private void passed(HostState from, HostState to, String cause) {
        if (from != to) {
            coverage.reached(
                    Life.knows(from, to, cause) ? "life" : UNKNOWN,
                    "%s -> %s by %s".formatted(from.word(), to.word(), cause));
        }
    }
}
