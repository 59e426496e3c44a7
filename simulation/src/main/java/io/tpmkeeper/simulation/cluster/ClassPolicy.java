package io.tpmkeeper.simulation.cluster;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.operator.Policy;
import java.util.Set;

/** The VmTpmClass, which an administrator may change at any time. */
public final class ClassPolicy {
    private static final int KEEP_LAST = 2;

    private Guard guard = Guard.ENFORCE;

    public void set(Guard next) {
        guard = next;
    }

    public Guard guard() {
        return guard;
    }

    Policy with(DeletionPolicy deletion) {
        return new Policy(guard, KEEP_LAST, deletion, Set.of());
    }
}
