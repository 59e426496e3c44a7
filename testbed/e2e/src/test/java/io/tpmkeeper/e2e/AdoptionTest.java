package io.tpmkeeper.e2e;

import org.junit.jupiter.api.Tag;

/** A running VM is adopted: nothing is refused, nothing restarts. */
@Tag("process")
class AdoptionTest extends StoryTest {
    AdoptionTest() {
        super(Deployment::ofPrograms, Adoption::steps);
    }
}
