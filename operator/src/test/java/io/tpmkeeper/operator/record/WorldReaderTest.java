package io.tpmkeeper.operator.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What one look reads, and after what. */
class WorldReaderTest {
    /** An answer that is newer than the facts would vouch for what it has never seen: a holder's end before that was told. */
    @Test
    void theRecordComesFirstThenTheNodesAnswersAndAllThatTheyVouchForAfterwards() throws IOException {
        try (OneDomain domain = new OneDomain()) {
            assertThat(domain.reader.read(OneDomain.UUID)).isPresent();

            assertThat(domain.api.story).startsWith("GET " + OneDomain.RECORD, "answers");
            assertThat(domain.api.story.subList(2, domain.api.story.size()))
                    .containsExactlyInAnyOrder(
                            "GET " + OneDomain.STATE,
                            "GET " + OneDomain.CLASSES,
                            "GET " + OneDomain.GRANTS,
                            "GET " + OneDomain.UNDER_WAY,
                            "GET " + OneDomain.GENERATIONS);
        }
    }

    /** Who changes a class and then the VmTpmState, or deletes it, is not judged by the class as it was before. */
    @Test
    void theClassIsReadAfterTheVmTpmState() throws IOException {
        try (OneDomain domain = new OneDomain()) {
            assertThat(domain.reader.read(OneDomain.UUID)).isPresent();

            assertThat(domain.api.story).containsSubsequence("GET " + OneDomain.STATE, "GET " + OneDomain.CLASSES);
        }
    }

    @Test
    void aroundARecordThatWasJustWrittenAllButTheRecordIsReadAnewInTheSameOrder() throws IOException {
        try (OneDomain domain = new OneDomain()) {
            var written = domain.reader.read(OneDomain.UUID).orElseThrow().record();
            domain.api.story.clear();

            assertThat(domain.reader.around(written)).isPresent();

            assertThat(domain.api.story)
                    .startsWith("answers")
                    .doesNotContain("GET " + OneDomain.RECORD)
                    .contains(
                            "GET " + OneDomain.STATE,
                            "GET " + OneDomain.GRANTS,
                            "GET " + OneDomain.UNDER_WAY,
                            "GET " + OneDomain.GENERATIONS);
        }
    }
}
