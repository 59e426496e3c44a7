package io.tpmkeeper.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
    private static final Instant FIRST = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final Instant LATER = Instant.parse("2026-01-02T04:00:00Z");

    @Test
    void theTimeMovesOnlyWhenTheStatusChanges() {
        List<Condition> before = Conditions.stamp(
                List.of(),
                List.of(
                        Finding.yes(ConditionType.READY, Reason.RUNNING, "runs on worker-7"),
                        Finding.no(ConditionType.SAVED, Reason.NOTHING_SAVED_YET, "never stopped")),
                1,
                FIRST);

        List<Condition> after = Conditions.stamp(
                before,
                List.of(
                        Finding.yes(ConditionType.READY, Reason.SAVED, "stopped"),
                        Finding.yes(ConditionType.SAVED, Reason.SAVED, "generation 1")),
                2,
                LATER);

        assertThat(before).extracting(Condition::lastTransitionTime).containsOnly("2026-01-02T03:04:05Z");
        assertThat(after)
                .containsExactly(
                        new Condition("Ready", Condition.Status.TRUE, 2L, "2026-01-02T03:04:05Z", "Saved", "stopped"),
                        new Condition(
                                "Saved", Condition.Status.TRUE, 2L, "2026-01-02T04:00:00Z", "Saved", "generation 1"));
    }

    @Test
    void aConditionThatIsNotFoundAnyMoreGoes() {
        List<Condition> before = Conditions.stamp(
                List.of(), List.of(Finding.yes(ConditionType.STALLED, Reason.NO_TPM, "no TPM")), 1, FIRST);

        assertThat(Conditions.stamp(before, List.of(), 1, LATER)).isEmpty();
    }

    @Test
    void oneTypeFoundTwiceIsAMistake() {
        List<Finding> twice = List.of(
                Finding.yes(ConditionType.READY, Reason.RUNNING, "a"),
                Finding.no(ConditionType.READY, Reason.LOST_TAIL, "b"));

        assertThatThrownBy(() -> Conditions.stamp(List.of(), twice, 1, FIRST)).hasMessage("found twice: Ready");
    }

    @Test
    void aReasonIsGivenOnlyToAConditionThatCanBearIt() {
        assertThatThrownBy(() -> Finding.yes(ConditionType.BOUND, Reason.RUNNING, "a"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("Bound never has the reason Running");
    }

    @Test
    void aMessageBeyondTheSchemasLimitIsShortenedAndNotRefused() {
        String tooLong = "ü".repeat(Conditions.MESSAGE_LIMIT) + "🔑";

        String message = Conditions.stamp(
                        List.of(), List.of(Finding.yes(ConditionType.READY, Reason.RUNNING, tooLong)), 1, FIRST)
                .getFirst()
                .message();

        assertThat(message.codePointCount(0, message.length())).isEqualTo(Conditions.MESSAGE_LIMIT);
        assertThat(message).endsWith("ü…");
    }
}
