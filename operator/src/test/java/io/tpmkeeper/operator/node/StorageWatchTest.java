package io.tpmkeeper.operator.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StorageWatchTest {
    private final AtomicLong revision = new AtomicLong();
    private final AtomicInteger restored = new AtomicInteger();

    @Test
    void a_storage_that_counts_on_is_the_same_and_one_that_goes_back_was_restored() {
        try (StorageWatch watch = new StorageWatch(revision::get, restored::incrementAndGet)) {
            for (long each : new long[] {7, 7, 9, 0, 12}) {
                revision.set(each);
                watch.look();
            }
            assertThat(restored).hasValue(0);

            revision.set(11);
            watch.look();

            assertThat(restored).hasValue(1);
        }
    }
}
