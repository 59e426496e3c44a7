package io.tpmkeeper.simulation.cluster;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.operator.World;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Harm;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds the operator to it that content becomes current by three verbs alone: where an on-line end was verified, where a person chose
 * it, and where a record that was lost is made anew. What is adopted becomes current by Promote when it is saved.
 */
final class CurrentWatch {
    private static final Set<String> VERBS = Set.of("Promote", "Decide", "Rebuild");

    private CurrentWatch() {}

    /** The operator is about to write the record. */
    static void written(World world, RecordStatus next, String verb) {
        if (!Objects.equals(digest(world.status()), digest(next)) && !VERBS.contains(verb)) {
            throw new Broken(Harm.STALE, "%s makes %s current".formatted(verb, digest(next)));
        }
    }

    private static @Nullable Digest digest(RecordStatus status) {
        Current current = status.current();
        return current == null ? null : current.digest();
    }
}
