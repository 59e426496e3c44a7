package io.tpmkeeper.simulation;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.operator.Decisions;
import io.tpmkeeper.protocol.operator.Finding;
import io.tpmkeeper.protocol.operator.Step;
import io.tpmkeeper.simulation.story.Coverage;
import io.tpmkeeper.simulation.world.Feature;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The parts of the machine that enough schedules must reach: what is never reached is not proved. */
final class Reach {
    /** So many schedules reach everything but the rarest; fewer may miss more. */
    private static final long ENOUGH = 2_000;

    /** So many reach that, too. */
    private static final long ENOUGH_FOR_ALL = 10_000;

    /** Once in a thousand schedules: a write is under way at the very moment at which the files are read. */
    private static final Set<String> RAREST = Set.of("live capture Again");

    /** What exists and no schedule can reach, since what leads there is not built or not simulated. */
    private static final Set<String> NOT_YET = Set.of(
            // Every domain of the simulation has a TPM.
            "claim refused NoTpm",
            // They decide nothing: what they find is counted.
            "verb Forks",
            "verb LostLine",
            "verb RolledBack");

    private static final List<String> HOSTS = List.of(
            "obey Again Tombstone",
            "obey Obeyed Held(digest)",
            "obey Obeyed Held(live)",
            "obey Obeyed Held(none)",
            "obey Obeyed Tombstone",
            "obey Refused Held(digest)",
            "obey Refused Held(live)",
            "obey Refused Tombstone",
            "obey Held(live), and the line is Left",
            "obey Held(live), and the line is Lost",
            "obey parks another record's line",
            "end unseen captured",
            "end unseen nothing left",
            "live capture Again",
            "live capture Nothing",
            "live capture Take",
            "live capture Tell",
            "live capture Wait",
            "upload Nothing",
            "upload Recapture",
            "upload Send",
            "source ReadPrimary Done",
            "source ReadPrimary Failed",
            "source ReadFallback Done",
            "source ReadFallback Skipped",
            "purge Allowed",
            "purge Refused",
            "sweep a delivery",
            "sweep an entry",
            "sweep quarantine",
            "void a run",
            "passed over by consent",
            "passed over by the class");

    private static final List<String> REFUSALS = List.of(
            "ContentMissing",
            "DomainUnknown",
            "HostFileUnreadable",
            "ImageOfThePast",
            "IndexMissing",
            "LineElsewhere",
            "LineLeft",
            "LineLost",
            "NoSpace");

    private static final List<String> CLAIMS = List.of(
            "claim Bound",
            "claim Make",
            "claim TakeOver",
            "claim refused ClaimNotProven",
            "claim refused ClaimedByAnother",
            "claim refused DeletionUnderWay",
            "claim refused DomainNotFound",
            "claim refused NoTpm");

    private static final List<String> REQUESTED =
            List.of("requested capture CONFIRMED", "requested capture PROMOTED", "requested capture REFUSED");

    private Reach() {}

    /** What so many schedules should have reached and did not, in order. */
    static Set<String> missing(Coverage coverage, long schedules) {
        Set<String> missing = new TreeSet<>();
        if (schedules < ENOUGH) {
            return missing;
        }
        expected()
                .filter(what -> schedules >= ENOUGH_FOR_ALL || !RAREST.contains(what))
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

    private static Stream<String> expected() {
        Stream<String> steps =
                Arrays.stream(Step.class.getPermittedSubclasses()).map(c -> "step " + c.getSimpleName());
        Stream<String> findings = Arrays.stream(Finding.Reason.values()).map(r -> "finding " + r.word());
        Stream<String> asked = Arrays.stream(Finding.Reason.values())
                .filter(Finding.Reason::isDecision)
                .map(r -> "decision " + r.word());
        Stream<String> chosen = Arrays.stream(Choice.Way.values()).map(w -> "choice " + w);
        Stream<String> features = Arrays.stream(Feature.values()).map(f -> "feature " + f);
        return Stream.of(
                        Decisions.verbs().stream().map(v -> "verb " + v),
                        steps,
                        findings,
                        asked,
                        chosen,
                        features,
                        REFUSALS.stream().map(r -> "refusal " + r),
                        HOSTS.stream(),
                        CLAIMS.stream(),
                        Stream.of("reference made"),
                        REQUESTED.stream(),
                        Stream.of("end the domain starts", "end the domain starts once people did their part"))
                .flatMap(part -> part);
    }
}
