package io.tpmkeeper.testbed;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

final class Eventually {
    private Eventually() {}

    static void isTrue(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }
}
