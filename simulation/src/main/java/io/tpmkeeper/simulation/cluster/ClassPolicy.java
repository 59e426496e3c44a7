package io.tpmkeeper.simulation.cluster;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.operator.OnHostLoss;
import io.tpmkeeper.protocol.operator.Policy;
import io.tpmkeeper.protocol.operator.Retention;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The VmTpmClass, which an administrator may change at any time. */
public final class ClassPolicy {
    /** As little as can be: what is pruned by mistake is missed sooner. */
    private static final Retention RETENTION = new Retention(2, 0, 0);

    private Guard guard = Guard.ENFORCE;
    private OnHostLoss onHostLoss = OnHostLoss.WHEN_FENCED;
    private @Nullable Long liveInterval;

    /** @param interval seconds between two captures of a running domain; null: there are none */
    public void captureLive(@Nullable Long interval) {
        liveInterval = interval;
    }

    public void set(Guard next) {
        guard = next;
    }

    public void set(OnHostLoss next) {
        onHostLoss = next;
    }

    public Guard guard() {
        return guard;
    }

    Policy with(DeletionPolicy deletion) {
        return new Policy(guard, RETENTION, onHostLoss, liveInterval, deletion, Set.of());
    }
}
