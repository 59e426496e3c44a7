package io.tpmkeeper.e2e;

import org.junit.jupiter.api.Tag;

/** A guest with a TPM migrates live between two hosts, in vain and then for good. */
@Tag("process")
class MigrationTest extends StoryTest {
    MigrationTest() {
        super(() -> EndsOnly.in(Deployment.ofPrograms()), Migration::steps);
    }
}
