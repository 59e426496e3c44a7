package io.tpmkeeper.protocol.host;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.Saved;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Captures what a domain has written while it runs: when its files changed and the class's interval has passed, or when somebody
 * asks. Such a capture never becomes the tip; the end of the run passes it. What somebody asks for is answered for a stopped
 * domain, too.
 *
 * <p>Asked twice: without {@code lying}, whether it is worth reading the files; then, under the domain's lock, with what was read.
 */
public final class LiveCapture {
    private LiveCapture() {}

    /**
     * @param record uid in whose name the node is asked
     * @param before the run as it was before libvirt was asked; null: there was none
     * @param activity what libvirt said then; null: it was not asked
     * @param busy the hook has the lock
     * @param boot the host's boot id: what an open run of an older boot left may be torn
     * @param saved and {@code settled}: what the cluster has, by the grant
     * @param interval so many seconds lie between two captures; null: changes are not captured
     * @param request a capture that somebody asks for, and was not told of yet
     * @param last Unix seconds at which this run was captured last; null: it was not
     * @param tried what was captured then: content that verification refused is not sent again and again
     * @param lying what was read of the run's files, or of a stopped domain's; null: not yet
     * @param unreadable why it was not read whole; null: it was
     * @param now Unix seconds
     */
    public record World(
            String record,
            @Nullable Run before,
            @Nullable Activity activity,
            boolean busy,
            Vm vm,
            String boot,
            List<Entry> entries,
            @Nullable Saved saved,
            List<Digest> settled,
            @Nullable Long interval,
            @Nullable String request,
            @Nullable Long last,
            @Nullable Digest tried,
            @Nullable Lying lying,
            @Nullable String unreadable,
            long now) {}

    /** What to do. */
    public sealed interface Answer {}

    /** Nothing, until something changes. */
    public record Nothing() implements Answer {}

    /** A change may be captured in so many seconds. */
    public record Wait(long seconds) implements Answer {}

    /** The files are to be read now. */
    public record Look() implements Answer {}

    /** What was read is no state: a write was under way. It is to be read again soon. */
    public record Again() implements Answer {}

    /** @param told what becomes of the request, if there is one */
    public record Take(Capture capture, Vm next, Facts.@Nullable Captured told) implements Answer {}

    /** Nothing is to be captured; the host file becomes {@code next}, then the request is answered. */
    public record Tell(Vm next, Facts.Captured told) implements Answer {}

    public static Answer decide(World here) {
        if (here.request == null && here.interval == null) {
            return new Nothing();
        }
        Line line = here.vm.line();
        if (line == null || !line.record().equals(here.record)) {
            // An order is on its way; until it is obeyed there is nothing to capture for.
            return new Nothing();
        }
        Run run = here.vm.run();
        if (here.busy) {
            return here.request == null ? new Nothing() : new Again();
        }
        return run != null && run.open() ? running(here, line, run) : stopped(here, line);
    }

    private static Answer running(World here, Line line, Run run) {
        if (!isOnTheLine(line, run)) {
            return refuse(
                    here,
                    "Run %d did not begin from the newest state, so what it writes is not a newer one. Stop the domain, and start it again."
                            .formatted(run.n()));
        }
        boolean same = here.before != null && here.before.open() && here.before.n() == run.n();
        if (!same
                || !run.started()
                || here.activity != Activity.ACTIVE
                || !run.boot().equals(here.boot)) {
            return new Nothing();
        }
        long wait = wait(here);
        if (wait > 0) {
            return new Wait(wait);
        }
        if (here.lying == null) {
            return new Look();
        }
        Digest digest = here.lying.whole();
        if (digest == null) {
            return here.request == null
                    ? new Again()
                    : refuse(
                            here,
                            "What the domain has written could not be read whole: %s.".formatted(here.unreadable));
        }
        Known newest = newest(here, line);
        if (newest != null && newest.digest.equals(digest)) {
            return here.request == null ? new Nothing() : confirmed(here, line, newest);
        }
        if (here.request == null && digest.equals(here.tried)) {
            return new Nothing();
        }
        return take(here, line, run, digest);
    }

    private static boolean isOnTheLine(Line line, Run run) {
        return line.isHeld() && run.online() && line.record().equals(run.record()) && line.epoch() == run.epoch();
    }

    /** Every run writes when it begins, so its first capture waits as if there had been one. */
    private static long wait(World here) {
        if (here.request != null || here.interval == null) {
            return 0;
        }
        long since = here.now - (here.last == null ? here.vm.opened() : here.last);
        // A clock that was set back must not keep captures away until it is there again.
        return since < 0 ? 0 : Math.max(0, here.interval - since);
    }

    /** The newest content of the line that is captured. @param version null: it came from the cluster */
    private record Known(Digest digest, @Nullable Version version) {}

    private static @Nullable Known newest(World here, Line line) {
        Optional<Known> captured = here.entries.stream()
                .filter(e -> isOf(line, e))
                .max(Comparator.comparingLong(Entry::seq))
                .map(e -> new Known(Objects.requireNonNull(e.digest()), e.version()));
        Saved saved = here.saved;
        if (saved != null && saved.version().epoch() == line.epoch()) {
            boolean passed = captured.map(Known::version)
                    .filter(v -> v.compareTo(saved.version()) > 0)
                    .isPresent();
            return passed ? captured.get() : new Known(saved.digest(), saved.version());
        }
        return captured.orElseGet(() -> line.tip() == null ? null : new Known(line.tip(), null));
    }

    private static boolean isOf(Line line, Entry entry) {
        return entry.online()
                && entry.complete()
                && entry.digest() != null
                && line.record().equals(entry.record())
                && line.epoch() == entry.epoch();
    }

    /** What is there is known: saved, and confirmed by a newer version; or on its way. */
    private static Answer confirmed(World here, Line line, Known newest) {
        String request = Objects.requireNonNull(here.request);
        boolean saved = here.saved != null && here.saved.digest().equals(newest.digest);
        if (saved) {
            long seq = here.vm.seq() + 1;
            Version version = new Version(line.epoch(), seq);
            return new Tell(here.vm.withSeq(seq), new Facts.Captured(request, version, newest.digest, true, null));
        }
        return newest.version == null
                ? new Nothing()
                : new Tell(here.vm, new Facts.Captured(request, newest.version, newest.digest, false, null));
    }

    private static Answer take(World here, Line line, Run run, Digest digest) {
        long seq = here.vm.seq() + 1;
        Trigger trigger = here.request == null ? Trigger.LIVE : Trigger.MANUAL;
        Entry entry = new Entry(seq, line.epoch(), line.record(), run.n(), digest, true, true, trigger);
        Facts.Captured told =
                here.request == null ? null : new Facts.Captured(here.request, entry.version(), digest, false, null);
        return new Take(new Capture(null, entry, null), here.vm.withSeq(seq), told);
    }

    private static Answer stopped(World here, Line line) {
        if (here.request == null) {
            return new Nothing();
        }
        if (line.state() != LineState.HELD) {
            return refuse(here, state(line));
        }
        if (here.activity == null) {
            return new Nothing();
        }
        if (here.activity != Activity.INACTIVE) {
            return refuse(
                    here,
                    "The domain runs, and its start was not seen here, so what it writes is captured when it stops.");
        }
        if (here.lying == null) {
            return new Look();
        }
        Digest tip = line.tip();
        if (here.lying.something() && !Objects.equals(here.lying.whole(), tip)) {
            return refuse(
                    here,
                    "What lies in the domain's files is not what its last run left, and the next start puts that back. Whoever changed them on purpose can have them accepted before that: accept-live in docs/host-layout.md.");
        }
        if (tip == null) {
            return refuse(here, "There is nothing to capture: the domain never ran here.");
        }
        return confirmed(here, line, ofTip(here, line, tip));
    }

    private static Known ofTip(World here, Line line, Digest tip) {
        return new Known(
                tip,
                here.entries.stream()
                        .filter(e -> isOf(line, e) && tip.equals(e.digest()))
                        .map(Entry::version)
                        .max(Comparator.naturalOrder())
                        .orElse(null));
    }

    private static String state(Line line) {
        return switch (line.state()) {
            case HELD -> throw new IllegalArgumentException("a line that is held keeps nothing from being captured");
            case TOMBSTONE -> "This host does not hold the domain any more.";
            case LEFT -> "The domain went, or may have gone, to another host (%s).".formatted(line.how());
            case LOST ->
                "What the last run left here is torn or incomplete. The condition Ready of the VmTpmState says what can be done.";
        };
    }

    private static Answer refuse(World here, String why) {
        return here.request == null ? new Nothing() : new Tell(here.vm, Facts.Captured.refused(here.request, why));
    }
}
