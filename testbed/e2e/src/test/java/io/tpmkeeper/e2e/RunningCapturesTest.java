package io.tpmkeeper.e2e;

import org.junit.jupiter.api.Tag;

/** A real guest writes its TPM while it runs, and that is saved. */
@Tag("process")
class RunningCapturesTest extends StoryTest {
    RunningCapturesTest() {
        super(Deployment::ofPrograms, RunningCaptures::steps);
    }
}
