package io.tpmkeeper.protocol.host;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.hostfile.FileMark;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses for each kind of file what is sent as the tip: from the domain's own files or from the entry. A file counts only if the
 * tip names it, so neither an old copy nor the other source's run can get in, whatever is readable first.
 */
public final class ChooseSource {
    private ChooseSource() {}

    /** One file as it was read, twice equal. @param failure why it was not; both null: it is not there */
    public record Reading(@Nullable FileMark mark, @Nullable String failure) {
        public static final Reading ABSENT = new Reading(null, null);

        public static Reading of(FileMark mark) {
            return new Reading(mark, null);
        }

        public static Reading failed(String why) {
            return new Reading(null, why);
        }
    }

    /** What was read of one place. */
    public record Place(Reading tpm, Reading vars) {}

    /**
     * @param noted the tip's files as the entry's meta has them; null where that could not be read
     * @param primary the domain's own files
     * @param fallback the entry
     */
    public record World(Digest tip, @Nullable FileMarks noted, Place primary, Place fallback) {}

    /** Where a file is taken from. */
    public enum Source {
        PRIMARY,
        FALLBACK
    }

    /** How a step went. @param result {@code Done}, {@code Failed} or {@code Skipped}. @param message null if it succeeded */
    public record Step(String name, String result, @Nullable String message) {}

    /**
     * @param tpm null: the tip's TPM state could not be read (or the tip has none); likewise {@code vars}
     * @param complete everything that the tip names was read: only then is it sent
     */
    public record Chosen(@Nullable Source tpm, @Nullable Source vars, boolean complete, List<Step> steps) {}

    public static Chosen decide(World here) {
        FileMarks tip = filesOfTip(here);
        Source tpm = choose(tip.tpm(), here.primary.tpm, here.fallback.tpm);
        Source vars = choose(tip.vars(), here.primary.vars, here.fallback.vars);
        boolean proven = here.tip.equals(tip.digest());
        boolean complete = proven && found(tip.tpm(), tpm) && found(tip.vars(), vars);
        List<Step> steps = new ArrayList<>();
        steps.add(read("ReadPrimary", here.primary, tip, proven));
        boolean primaryIsEnough = complete && tpm != Source.FALLBACK && vars != Source.FALLBACK;
        steps.add(
                primaryIsEnough
                        ? new Step("ReadFallback", "Skipped", null)
                        : read("ReadFallback", here.fallback, tip, proven));
        steps.add(merge(tip, tpm, vars, complete));
        return new Chosen(tpm, vars, complete, List.copyOf(steps));
    }

    /** The files that make up the tip: as noted, or else the one combination of what was read that has the tip's digest. */
    private static FileMarks filesOfTip(World here) {
        if (here.noted != null && here.tip.equals(here.noted.digest())) {
            return here.noted;
        }
        for (Place tpm : List.of(here.primary, here.fallback)) {
            for (Place vars : List.of(here.primary, here.fallback)) {
                FileMarks both = new FileMarks(tpm.tpm.mark, vars.vars.mark);
                for (FileMarks some :
                        List.of(both, new FileMarks(both.tpm(), null), new FileMarks(null, both.vars()))) {
                    if (here.tip.equals(some.digest())) {
                        return some;
                    }
                }
            }
        }
        return new FileMarks(null, null);
    }

    private static @Nullable Source choose(@Nullable FileMark wanted, Reading primary, Reading fallback) {
        if (wanted == null) {
            return null;
        }
        if (wanted.equals(primary.mark)) {
            return Source.PRIMARY;
        }
        return wanted.equals(fallback.mark) ? Source.FALLBACK : null;
    }

    private static boolean found(@Nullable FileMark wanted, @Nullable Source source) {
        return (wanted == null) == (source == null);
    }

    private static Step read(String name, Place place, FileMarks tip, boolean proven) {
        List<String> wrong = new ArrayList<>();
        Function<Reading, String> why = reading -> reading.failure != null
                ? reading.failure
                : reading.mark == null ? "is not there" : "is not the state that the tip names";
        if (!tip.equals(new FileMarks(place.tpm.mark, place.vars.mark)) || !proven) {
            if (place.tpm.failure != null || !proven || !java.util.Objects.equals(place.tpm.mark, tip.tpm())) {
                wrong.add("TPM: " + why.apply(place.tpm));
            }
            if (place.vars.failure != null || !proven || !java.util.Objects.equals(place.vars.mark, tip.vars())) {
                wrong.add("NVRAM: " + why.apply(place.vars));
            }
        }
        return wrong.isEmpty() ? new Step(name, "Done", null) : new Step(name, "Failed", String.join("; ", wrong));
    }

    private static Step merge(FileMarks tip, @Nullable Source tpm, @Nullable Source vars, boolean complete) {
        if (complete) {
            return new Step("Merge", "Done", null);
        }
        List<String> missing = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        (tpm == null ? missing : kept).add("TPM");
        if (tip.vars() != null || vars == null) {
            (vars == null ? missing : kept).add("NVRAM");
        }
        String said = "missing: " + String.join(", ", missing);
        return new Step("Merge", "Failed", kept.isEmpty() ? said : said + "; kept: " + String.join(", ", kept));
    }
}
