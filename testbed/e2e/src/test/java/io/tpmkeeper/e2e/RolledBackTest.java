package io.tpmkeeper.e2e;

import org.junit.jupiter.api.Tag;

/** The cluster's storage is restored from a backup that knows nothing of a VM's last move. */
@Tag("process")
class RolledBackTest extends StoryTest {
    private static final int IMPATIENT = 6;

    RolledBackTest() {
        super(() -> EndsOnly.in(Deployment.ofPrograms(IMPATIENT)), RolledBack::steps);
    }
}
