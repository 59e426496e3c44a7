package io.tpmkeeper.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PulseTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1);
    private final Pulse pulse = new Pulse(clock::get);

    @Test
    void aLoopThatNoLongerGoesRoundIsStuck() {
        pass(Duration.ofMinutes(9));
        assertThat(pulse.isBeating()).isTrue();
        pulse.beat();
        pass(Duration.ofMinutes(9));
        assertThat(pulse.isBeating()).isTrue();
        pass(Duration.ofMinutes(1));
        assertThat(pulse.isBeating()).isFalse();
    }

    @Test
    void whatHasOnceWorkedIsReadyThoughTheClusterIsAway() {
        assertThat(pulse.works()).isFalse();
        pulse.work();
        pass(Duration.ofDays(1));
        assertThat(pulse.works()).isTrue();
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }
}
