package io.tpmkeeper.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tpmkeeper.api.ConditionType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code kubectl describe} tells what happened, in the order in which it happened. */
class StoryApiTest extends OperatorOnCluster {
    @Test
    void describeTellsAStopAndAMove() {
        bound("vm");
        saved(State.blank().changed(1));
        hostB.defines("vm", namespace);
        hostB.idles(); // its start goes on waiting, as one does until the content is there
        hostB.asks();
        untilTold("Bound", "Adopted", "Captured", "Promoted", "Moving", "GivenUp", "Moved", "Delivered");
    }

    @Test
    void describeTellsAStopThatChangedNothing() {
        bound("vm");
        State same = State.blank().changed(1);
        saved(same);
        running(hostA);
        hostA.stops(same);
        untilTold("Bound", "Adopted", "Captured", "Promoted", "Confirmed");
    }

    @Test
    void describeTellsAHeldStopAndARefusedStart() {
        bound("vm");
        saved(State.blank().changed(1));
        running(hostA);
        hostA.holdsAStop("there is no space.");
        until("vm", ConditionType.READY, c -> c.reason().equals("StopHeld"));
        hostB.defines("vm", namespace);
        hostB.asks();
        hostB.refuses();
        untilTold("Bound", "Adopted", "Captured", "Promoted", "StopHeld", "StartRefused");
    }

    private void untilTold(String... reasons) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            assertThat(reasonsInDescribe()).containsExactly(reasons);
        });
    }

    /** The lines of the table below "Events:", by their second column. */
    private List<String> reasonsInDescribe() {
        return cluster.kubectl("describe", "vmtpmstate", "vm", "-n", namespace)
                .orThrow()
                .stdout()
                .lines()
                .dropWhile(l -> !l.startsWith("Events:"))
                .filter(l -> l.matches(" +(Normal|Warning) .*"))
                .map(l -> l.strip().split("\\s+")[1])
                .toList();
    }
}
