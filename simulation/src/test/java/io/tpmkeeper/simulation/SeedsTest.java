package io.tpmkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.simulation.story.Coverage;
import io.tpmkeeper.simulation.world.Schedule;
import io.tpmkeeper.simulation.world.Shrinking;
import io.tpmkeeper.simulation.world.Trial;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Random schedules of everything at once; {@code make simulate} runs more of them. */
class SeedsTest {
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 2_000);

    @Test
    void noScheduleBreaksAPromiseAndAllOfTheMachineIsReached() {
        Coverage coverage = new Coverage();
        for (long seed = 0; seed < SEEDS; seed++) {
            Trial trial = Trial.of(Schedule.of(seed), false);
            coverage.add(trial.coverage());
            if (trial.broken() != null) {
                Trial told = Shrinking.shrink(trial);
                throw new AssertionError(
                        "seed %d:%n%s%n%s".formatted(seed, String.join("\n", told.story()), told.broken()));
            }
        }
        assertThat(Reach.surprises(coverage)).isEmpty();
        assertThat(Reach.missing(coverage, SEEDS)).isEmpty();
    }

    @Test
    void aSeedIsTheSameStoryEachTime() {
        for (long seed = 0; seed < 20; seed++) {
            List<String> once = Trial.of(Schedule.of(seed), true).story();
            assertThat(Trial.of(Schedule.of(seed), true).story())
                    .isEqualTo(once)
                    .isNotEmpty();
        }
    }
}
