package io.tpmkeeper.simulation;

import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.world.Schedule;
import io.tpmkeeper.simulation.world.Shrinking;
import io.tpmkeeper.simulation.world.Trial;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code make simulate} runs. The last line counts; the exit code says whether every promise held. */
@Command(
        name = "simulation",
        mixinStandardHelpOptions = true,
        description =
                "Runs the protocol's deciders through seeded schedules of faults and holds them against the promises.")
public final class Simulation implements Callable<Integer> {
    /** So many schedules are run at a time, on all processors. */
    private static final long TOGETHER = 256;

    @Option(names = "--seeds", defaultValue = "2000", description = "How many (default: ${DEFAULT-VALUE}).")
    private long seeds;

    @Option(names = "--first", defaultValue = "0", description = "The first one (default: ${DEFAULT-VALUE}).")
    private long first;

    @Option(names = "--seed", description = "Replays this one and tells its story.")
    private @Nullable Long seed;

    @Option(names = "--coverage", description = "Prints how often each part of the machine was reached.")
    private boolean shows;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Simulation()).execute(arguments));
    }

    @Override
    public Integer call() {
        return seed == null ? all() : replay(seed);
    }

    private static int replay(long seed) {
        Trial trial = Trial.of(Schedule.of(seed), true);
        Trial told = trial.broken() == null ? trial : Shrinking.shrink(trial);
        tell(told);
        return trial.broken() == null ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static void tell(Trial trial) {
        System.out.printf(
                "seed %d with %s%n", trial.schedule().seed(), trial.schedule().features());
        trial.story().forEach(System.out::println);
        Broken broken = trial.broken();
        System.out.println(broken == null ? "Every promise held." : broken.harm() + ": " + broken.getMessage());
    }

    private int all() {
        long began = System.nanoTime();
        Tally tally = new Tally();
        for (long from = first; from < first + seeds; from += TOGETHER) {
            LongStream.range(from, Math.min(first + seeds, from + TOGETHER))
                    .parallel()
                    .mapToObj(each -> Trial.of(Schedule.of(each), false))
                    .toList()
                    .forEach(tally::add);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        if (shows) {
            new TreeMap<>(tally.coverage().counts())
                    .forEach((what, count) -> System.out.printf("%9d %s%n", count, what));
        }
        Set<String> missing = Reach.missing(tally.coverage(), seeds);
        missing.forEach(what -> System.out.printf("never reached: %s%n", what));
        Set<String> surprises = Reach.surprises(tally.coverage());
        surprises.forEach(what -> System.out.printf("not in the table of transitions: %s%n", what));
        tally.alike()
                .forEach((what, where) -> System.out.printf(
                        "%5d %s: seeds %s%n", where.size(), what, where.subList(0, Math.min(5, where.size()))));
        tally.firstBroken().forEach(t -> tell(Shrinking.shrink(t)));
        System.out.println(tally.line(seeds, seconds));
        return tally.holds() && missing.isEmpty() && surprises.isEmpty()
                ? CommandLine.ExitCode.OK
                : CommandLine.ExitCode.SOFTWARE;
    }
}
