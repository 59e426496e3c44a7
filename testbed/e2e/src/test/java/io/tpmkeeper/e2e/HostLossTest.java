package io.tpmkeeper.e2e;

import org.junit.jupiter.api.Tag;

/** A node loses its power while VMs run on it, is fenced, and comes back with what it knew. */
@Tag("process")
class HostLossTest extends StoryTest {
    /** Seconds that a start waits: these steps want refusals, and start again. */
    private static final int IMPATIENT = 6;

    HostLossTest() {
        super(() -> EndsOnly.in(Deployment.ofPrograms(IMPATIENT)), HostLoss::steps);
    }
}
