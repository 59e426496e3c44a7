package io.tpmkeeper.e2e;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ThrowingRunnable;

/** Waits for what must come, far longer than it takes on a quiet machine; a failure says what did not come. */
final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(180);

    private Eventually() {}

    static void isTrue(String what, Callable<Boolean> condition) {
        waiting(what).until(condition);
    }

    /** Until the assertions hold; the last one that did not is the failure. */
    static void holds(String what, ThrowingRunnable assertions) {
        waiting(what).untilAsserted(assertions);
    }

    private static ConditionFactory waiting(String what) {
        return Awaitility.await(what)
                .atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptionsInstanceOf(KubernetesClientException.class);
    }
}
