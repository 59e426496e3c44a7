package io.tpmkeeper.e2e;

import org.junit.jupiter.api.Tag;

/** Images of running guests: those of now go on, those of the past do not. */
@Tag("process")
class SavedImagesTest extends StoryTest {
    SavedImagesTest() {
        super(() -> EndsOnly.in(Deployment.ofPrograms()), SavedImages::steps);
    }
}
