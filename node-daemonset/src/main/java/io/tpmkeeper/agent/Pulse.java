package io.tpmkeeper.agent;

import java.time.Duration;
import java.util.function.LongSupplier;

/** What the agent's loop lets others see of itself. */
final class Pulse {
    /** Far longer than a pass takes that waits for a libvirt which does not answer. */
    private static final Duration STUCK = Duration.ofMinutes(10);

    private final LongSupplier nanoTime;
    private volatile long last;
    private volatile boolean works;

    Pulse(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong();
    }

    /** The loop goes round. */
    void beat() {
        last = nanoTime.getAsLong();
    }

    /** It has once told the cluster all that there is to tell of its node. */
    void work() {
        works = true;
    }

    boolean isBeating() {
        return nanoTime.getAsLong() - last < STUCK.toNanos();
    }

    boolean works() {
        return works;
    }
}
