package io.tpmkeeper.e2e;

import org.junit.jupiter.api.Tag;

/** The same steps with operator and agents as programs: quicker, and with nothing of Kubernetes but its API. */
@Tag("process")
class MainJobOfProgramsTest extends StoryTest {
    MainJobOfProgramsTest() {
        super(() -> EndsOnly.in(Deployment.ofPrograms()), MainJob::steps);
    }
}
