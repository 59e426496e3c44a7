package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Guard;
import org.jspecify.annotations.Nullable;

/** Keeps the domain in every node's index exactly while it has an owner or a host that may start it. */
final class Index implements Verb {
    private final @Nullable String label;

    /** @param label the guard's word that the record bears now */
    Index(@Nullable String label) {
        this.label = label;
    }

    @Override
    public Verdict consider(World world) {
        boolean protectedNow = world.spec().owner() != null || world.status().holder() != null;
        Guard guard = world.policy().guard();
        String wanted = protectedNow ? guard.word() : null;
        return java.util.Objects.equals(wanted, label) ? Verdict.NOTHING : Verdict.act(new Step.LabelGuard(wanted));
    }
}
