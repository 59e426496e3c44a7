package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Trigger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * How many generations stay. Each rule keeps the newest of each of the last so many days or weeks that have one at all, so a VM
 * that has been off for a year loses nothing; what any rule keeps stays. Days and ISO weeks are those of the cluster's clock in UTC:
 * a host's clock may be wrong, and a node must not be able to age what is kept.
 *
 * <p>Captures of a running system come often: they hold one slot, and push nothing out. Nor do candidates, of which a host can make
 * as many as it likes.
 *
 * @param keepLast the newest ones, the current one included
 * @param keepDaily one for each of so many days
 * @param keepWeekly one for each of so many weeks
 */
public record Retention(int keepLast, int keepDaily, int keepWeekly) {
    private static final Comparator<Generation> NEWEST_FIRST = Comparator.comparing(Generation::version)
            .thenComparing(Generation::number)
            .reversed();

    /** Which of them stay. */
    Set<Generation> keeps(Collection<Generation> generations) {
        Set<Generation> stay = new HashSet<>();
        List<Generation> ended = newestFirst(generations, g -> !g.candidate() && g.trigger() != Trigger.LIVE);
        ended.stream().limit(keepLast).forEach(stay::add);
        stay.addAll(newestOfEach(ended, g -> day(g).toString(), keepDaily));
        stay.addAll(newestOfEach(ended, Retention::week, keepWeekly));
        newestFirst(generations, g -> !g.candidate() && g.trigger() == Trigger.LIVE).stream()
                .limit(1)
                .forEach(stay::add);
        newestFirst(generations, Generation::candidate).stream().limit(keepLast).forEach(stay::add);
        return stay;
    }

    private static List<Generation> newestFirst(Collection<Generation> generations, Predicate<Generation> which) {
        return generations.stream().filter(which).sorted(NEWEST_FIRST).toList();
    }

    private static Collection<Generation> newestOfEach(
            List<Generation> newestFirst, Function<Generation, String> period, int periods) {
        TreeMap<String, Generation> newest = newestFirst.stream()
                .collect(Collectors.toMap(
                        period,
                        Function.identity(),
                        (newer, older) -> newer,
                        () -> new TreeMap<>(Comparator.reverseOrder())));
        return newest.values().stream().limit(periods).toList();
    }

    private static LocalDate day(Generation generation) {
        return Instant.parse(generation.madeAt()).atZone(ZoneOffset.UTC).toLocalDate();
    }

    /** Its year and number, as text that sorts: 2026-W07. */
    private static String week(Generation generation) {
        LocalDate day = day(generation);
        return "%04d-W%02d".formatted(day.get(IsoFields.WEEK_BASED_YEAR), day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
    }
}
