package io.tpmkeeper.agent.pass;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Says that there is something to do; many signals before the next pass are one. */
public final class Wakeup {
    private final Semaphore signals = new Semaphore(0);

    public void signal() {
        signals.release();
    }

    /** Returns at the first signal, or after this time. */
    public void await(Duration longest) throws InterruptedException {
        boolean unused = signals.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS);
        signals.drainPermits();
    }
}
