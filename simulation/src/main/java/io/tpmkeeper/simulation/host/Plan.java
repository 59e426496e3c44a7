package io.tpmkeeper.simulation.host;

import io.tpmkeeper.simulation.truth.Content;
import org.jspecify.annotations.Nullable;

/**
 * A start as libvirt is told to do it.
 *
 * @param image the saved state that it restores; null: a cold start
 * @param managed whether that is libvirt's own image, which goes when it was restored
 * @param lasts whether the domain is defined, too; a transient one goes with its run, and its TPM with it
 */
public record Plan(Fate fate, @Nullable Content image, boolean managed, boolean lasts) {
    /** What comes of it, once the hook lets it go. */
    public enum Fate {
        RUNS,
        /** It fails before swtpm is there. */
        FAILS_EARLY,
        /** QEMU dies after swtpm has opened its state, and written to it. */
        FAILS_LATE,
        /** It runs, but libvirtd dies before it calls {@code started}. */
        UNSEEN
    }

    static final Plan COLD = cold(Fate.RUNS);

    public static Plan cold(Fate fate) {
        return new Plan(fate, null, false, true);
    }

    static Plan ofTransient(Fate fate) {
        return new Plan(fate, null, false, false);
    }

    static Plan restore(Fate fate, Content image, boolean managed) {
        return new Plan(fate, image, managed, true);
    }
}
