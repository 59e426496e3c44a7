package io.tpmkeeper.simulation;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.hook.Denial;
import io.tpmkeeper.protocol.host.LiveCapture;
import io.tpmkeeper.protocol.host.Obey;
import io.tpmkeeper.protocol.host.Purge;
import io.tpmkeeper.protocol.host.Upload;
import io.tpmkeeper.protocol.operator.Claims;
import io.tpmkeeper.protocol.operator.Decisions;
import io.tpmkeeper.protocol.operator.Finding;
import io.tpmkeeper.protocol.operator.Life;
import io.tpmkeeper.protocol.operator.RequestedCapture;
import io.tpmkeeper.protocol.operator.Step;
import io.tpmkeeper.simulation.story.Coverage;
import io.tpmkeeper.simulation.world.Feature;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The parts of the machine that enough schedules must reach: what is never reached is not proved. What the deciders name by a sealed type
 * or an enum is taken from there, so that nobody can forget it here.
 */
final class Reach {
    /** So many schedules reach everything but the rarest; fewer may miss more. */
    private static final long ENOUGH = 2_000;

    /** So many reach that, too. */
    private static final long ENOUGH_FOR_ALL = 10_000;

    /** Once in a thousand schedules: a write is under way at the very moment at which the files are read. */
    private static final Set<String> RAREST = Set.of("live capture Again");

    /** Ways of a domain's life that take more than chance to go: a test goes each of them by its name. */
    static final Set<String> BY_NAME = Set.of(
            "life Released -> Unsynced by Promote",
            "life Granted -> Unsynced by Promote",
            "life Unsynced -> Released by hosts",
            "life Unsynced -> None by Move",
            "life Released -> Granted by Commit",
            "life Left -> Running by hosts",
            "life Lost -> Granted by Move",
            "life Released -> None by Delete",
            "life Left -> None by Delete",
            "life Lost -> None by Delete");

    /** What exists and no schedule can reach, since what leads there is not built or not simulated. */
    private static final Set<String> NOT_YET = Set.of(
            // Every domain of the simulation has a TPM.
            "claim refused NoTpm",
            // They decide nothing: what they find is counted.
            "verb Forks",
            "verb LostLine",
            "verb RolledBack",
            // The agent has looked by then.
            "live capture Look",
            // An agent asks only about an order that its line does not have yet.
            "obey Again Held(digest)",
            "obey Again Held(live)",
            "obey Again Held(none)",
            // Both are given to a host on which a start waits: no stop is held there, and no run is unseen.
            "obey Wait Held(digest)",
            "obey Wait Held(none)");

    private static final List<String> ORDERS = List.of("Tombstone", "Held(digest)", "Held(live)", "Held(none)");

    private static final List<String> HOSTS = List.of(
            "obey Held(live), and the line is Left",
            "obey Held(live), and the line is Lost",
            "obey parks another record's line",
            "end unseen captured",
            "end unseen nothing left",
            "source ReadPrimary Done",
            "source ReadPrimary Failed",
            "source ReadFallback Done",
            "source ReadFallback Skipped",
            "sweep a delivery",
            "sweep an entry",
            "sweep quarantine",
            "void a run",
            "passed over by consent",
            "passed over by the class");

    private Reach() {}

    /** What so many schedules should have reached and did not, in order. */
    static Set<String> missing(Coverage coverage, long schedules) {
        Set<String> missing = new TreeSet<>();
        if (schedules < ENOUGH) {
            return missing;
        }
        Stream.concat(expected(), schedules >= ENOUGH_FOR_ALL ? rare() : Stream.empty())
                .filter(what -> coverage.of(what) == 0 && !NOT_YET.contains(what))
                .forEach(missing::add);
        return missing;
    }

    /** The ways from one state to another that nobody wrote down: what happens and surprises. */
    static Set<String> surprises(Coverage coverage) {
        Set<String> surprises = new TreeSet<>(coverage.counts().keySet());
        surprises.removeIf(what -> !what.startsWith("unknown-life "));
        return surprises;
    }

    private static Stream<String> rare() {
        Stream<String> life = Life.TRANSITIONS.stream()
                .map(t -> "life %s -> %s by %s".formatted(t.from().word(), t.to().word(), t.by()));
        return Stream.concat(RAREST.stream(), life.filter(row -> !BY_NAME.contains(row)));
    }

    private static Stream<String> expected() {
        return Stream.of(
                        Decisions.verbs().stream().map(v -> "verb " + v),
                        sealed("step", Step.class),
                        named("finding", Finding.Reason.values(), Finding.Reason::word),
                        Arrays.stream(Finding.Reason.values())
                                .filter(Finding.Reason::isDecision)
                                .map(r -> "decision " + r.word()),
                        named("choice", Choice.Way.values(), Enum::name),
                        named("feature", Feature.values(), Enum::name),
                        named("refusal", Denial.values(), Denial::word),
                        named("claim refused", Claims.Why.values(), Claims.Why::word),
                        named("requested capture", RequestedCapture.Result.values(), Enum::name),
                        sealed("claim", Claims.Claim.class),
                        sealed("live capture", LiveCapture.Answer.class).filter(what -> !RAREST.contains(what)),
                        sealed("upload", Upload.Decision.class),
                        sealed("purge", Purge.Answer.class),
                        sealed("obey", Obey.Answer.class)
                                .flatMap(answer -> ORDERS.stream().map(order -> answer + " " + order)),
                        HOSTS.stream(),
                        Stream.of("reference made"),
                        Stream.of("end the domain starts", "end the domain starts once people did their part"))
                .flatMap(part -> part);
    }

    private static Stream<String> sealed(String kind, Class<?> type) {
        return Arrays.stream(type.getPermittedSubclasses()).map(c -> kind + " " + c.getSimpleName());
    }

    private static <E> Stream<String> named(String kind, E[] all, Function<E, String> name) {
        return Arrays.stream(all).map(each -> kind + " " + name.apply(each));
    }
}
