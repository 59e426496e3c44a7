package io.tpmkeeper.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.ConditionType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Where a start might not be checked, the VmTpmState says so, and nothing else about it changes. */
class CoverageApiTest extends OperatorOnCluster {
    /** A host has half a minute, and the VmTpmState is looked at twice a minute. */
    private static final Duration LONGER = Duration.ofSeconds(90);

    @Test
    void aNodeThatDoesNotTakeTheIndexUpIsNamedUntilItDoes() {
        hostB.report();
        hostB.takesUpNoIndex();
        bound("vm");
        running(hostA);

        Condition incomplete = await().atMost(LONGER).until(() -> coverage(), c -> c != null);
        assertThat(incomplete.status()).isEqualTo(Condition.Status.TRUE);
        assertThat(incomplete.reason()).isEqualTo("IndexOutdated");
        assertThat(incomplete.message()).contains(": host-b.").doesNotContain("host-a");
        assertThat(readyNow().reason())
                .as("it runs, and is protected where it is")
                .isEqualTo("Running");
        assertThat(condition("vm", ConditionType.STALLED)).isNull();

        hostB.takesUpTheIndex();

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(coverage()).isNull());
    }

    private @org.jspecify.annotations.Nullable Condition coverage() {
        hostA.works();
        hostB.works();
        return status("vm").condition(ConditionType.COVERAGE_INCOMPLETE).orElse(null);
    }
}
