package io.tpmkeeper.simulation;

import io.tpmkeeper.simulation.story.Coverage;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Harm;
import io.tpmkeeper.simulation.world.Trial;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What came of many schedules. */
final class Tally {
    private static final int SHOWN = 2;

    private final Map<Harm, Long> harms = new EnumMap<>(Harm.class);
    private final Map<String, List<Long>> alike = new TreeMap<>();
    private final List<Trial> broken = new ArrayList<>();
    private final Coverage coverage = new Coverage();
    private long steps;

    void add(Trial trial) {
        steps += trial.steps();
        coverage.add(trial.coverage());
        Broken how = trial.broken();
        if (how == null) {
            return;
        }
        harms.merge(how.harm(), 1L, Long::sum);
        String what = how.harm() + " " + String.valueOf(how.getMessage()).replaceAll("#?[0-9]+", "_");
        alike.computeIfAbsent(what, k -> new ArrayList<>()).add(trial.schedule().seed());
        if (broken.size() < SHOWN) {
            broken.add(trial);
        }
    }

    boolean holds() {
        return harms.isEmpty();
    }

    Coverage coverage() {
        return coverage;
    }

    /** The seeds that broke a promise in the same words. */
    Map<String, List<Long>> alike() {
        return alike;
    }

    /** So few as a person reads. */
    List<Trial> firstBroken() {
        return List.copyOf(broken);
    }

    String line(long seeds, double seconds) {
        return "seeds %d, steps %d, lost %d, stale %d, blank %d, stuck %d, left %d, seconds %.1f"
                .formatted(
                        seeds,
                        steps,
                        of(Harm.LOST),
                        of(Harm.STALE),
                        of(Harm.BLANK),
                        of(Harm.STUCK),
                        of(Harm.LEFT),
                        seconds);
    }

    private long of(Harm harm) {
        return harms.getOrDefault(harm, 0L);
    }
}
