package io.tpmkeeper.protocol.hook;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.hook.FileState.Plain;
import io.tpmkeeper.protocol.hook.HookHost.Captured;
import io.tpmkeeper.protocol.hook.HookHost.Ended;
import io.tpmkeeper.protocol.hook.HookHost.Hold;
import io.tpmkeeper.protocol.hook.HookHost.Rescue;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code 50-capture.sh}: the end of a run becomes an entry. */
final class Capture {
    private final Draft draft;
    private final Call call;

    Capture(Draft draft, Call call) {
        this.draft = draft;
        this.call = call;
    }

    /** What was captured, before it is committed. */
    record Taken(long seq, FileMarks files, boolean complete) {
        @Nullable
        Digest digest() {
            return files.digest();
        }
    }

    /** Null: the spool cannot be written. */
    @Nullable
    Taken take(LiveFiles from, boolean afterCrash) {
        if (!draft.found().disk().spool()) {
            return null;
        }
        long seq = draft.vm().seq();
        if (!draft.entries.isEmpty()) {
            seq = Math.max(seq, draft.entries.lastKey());
        }
        if (!draft.claims.isEmpty()) {
            seq = Math.max(seq, draft.claims.last());
        }
        seq++;
        draft.claims.add(seq);
        draft.checkpoint();
        boolean vars = !draft.hasNvram() || whole(from.vars());
        boolean tpm = whole(from.tpm()) && !(afterCrash && from.tpm() instanceof Plain plain && plain.torn());
        return new Taken(seq, from.marks(), draft.seen() && tpm && vars);
    }

    private static boolean whole(FileState state) {
        return state instanceof Plain plain && plain.mark().size() > 0;
    }

    void commit(Taken taken, Trigger trigger, @Nullable Ending how, boolean online, long run) {
        Line line = draft.line();
        Entry entry = new Entry(
                taken.seq(),
                line == null ? 0 : line.epoch(),
                line == null ? null : line.record(),
                run,
                taken.digest(),
                taken.complete(),
                online,
                trigger);
        draft.claims.remove(taken.seq());
        draft.entries.put(
                taken.seq(), new Captured(new EntryMeta(entry, how, taken.files(), 0, call.boot()), taken.files()));
        draft.checkpoint();
    }

    /** Why the end of a run is captured. One that nobody saw was found by whoever came next. */
    static Trigger trigger(Ending how, boolean afterCrash) {
        return how == Ending.MIGRATED ? Trigger.MIGRATION : afterCrash ? Trigger.AGENT_START : Trigger.STOP;
    }

    /** Ends the open run. False: it could not be written, and all is as it was. @param run the run, where the host file has none */
    boolean saveEnd(Run run, Ending how, boolean afterCrash) {
        LiveFiles from = draft.lookAtEnd();
        Taken taken = take(from, afterCrash);
        if (taken == null) {
            return false;
        }
        boolean mine = draft.runIsTheLines();
        commit(taken, trigger(how, afterCrash), how, mine, run.n());
        Vm vm = draft.vm();
        Line line = vm.line();
        Place at = vm.at();
        if (mine && line != null) {
            Digest digest = taken.digest();
            if (taken.complete() && digest != null) {
                line = new Line(line.record(), line.epoch(), line.order(), line.state(), null, digest);
                at = new Place.InEntry(taken.seq());
            } else if (run.from() != null || run.started() || from.tpm().isThere()) {
                line = line.as(LineState.LOST);
            }
            if (line.isHeld() && (how == Ending.MIGRATED || how == Ending.UNKNOWN)) {
                line = new Line(line.record(), line.epoch(), line.order(), LineState.LEFT, how, line.tip());
            }
        }
        draft.write(new Vm(line, at, taken.seq(), run.closed(how, taken.seq()), vm.opened()));
        dropUnfinished();
        forgetRescue();
        return true;
    }

    /** In the order in which a shell lists them. */
    void dropUnfinished() {
        for (Long claim : List.copyOf(draft.claims).stream()
                .sorted(Comparator.comparing(claim -> claim + ".new"))
                .toList()) {
            draft.claims.remove(claim);
            draft.checkpoint();
        }
    }

    void forgetRescue() {
        if (draft.rescueOfAnother()) {
            return;
        }
        draft.rescue = new Rescue(FileState.ABSENT, draft.rescue.vars(), null);
        draft.checkpoint();
        if (draft.hasNvram()) {
            draft.rescue = Rescue.NOTHING;
            draft.checkpoint();
        }
    }

    /** No run is known here: what has a second name only may be all that is left of one. False: it cannot be kept. */
    boolean keepUnknown() {
        if (draft.rescueOfAnother()) {
            return true;
        }
        Rescue found = draft.rescue;
        boolean tpm = onlySecond(found.tpm(), draft.live.tpm());
        boolean vars = draft.hasNvram() && onlySecond(found.vars(), draft.live.vars());
        if (!tpm && !vars) {
            forgetRescue();
            return true;
        }
        if (!draft.found().disk().rescue()) {
            return false;
        }
        draft.rescue = new Rescue(found.tpm(), found.vars(), new Ended(0, Ending.LOST));
        draft.checkpoint();
        return true;
    }

    private static boolean onlySecond(FileState second, FileState first) {
        return second.isFile() && !first.isThere();
    }

    boolean rescue(long run, Ending how) {
        if (!draft.seen() || draft.rescueOfAnother() || !draft.found().disk().rescue()) {
            return false;
        }
        LiveFiles from = draft.lookAtEnd();
        if (!(from.tpm() instanceof Plain)) {
            return false;
        }
        draft.rescue = new Rescue(from.tpm(), draft.rescue.vars(), draft.rescue.ended());
        draft.checkpoint();
        if (from.vars() instanceof Plain) {
            draft.rescue = new Rescue(from.tpm(), from.vars(), draft.rescue.ended());
            draft.checkpoint();
        }
        draft.rescue = new Rescue(from.tpm(), draft.rescue.vars(), new Ended(run, how));
        draft.checkpoint();
        return true;
    }

    /** Returns only when the end is durable, or nobody protects it, or an administrator lets it go. */
    void secure(Run run, Ending how, boolean afterCrash) {
        if (saveEnd(run, how, afterCrash) || rescue(draft.runNumber(), how)) {
            return;
        }
        Guard guard = draft.guard();
        if (!draft.seen() || guard == null) {
            return;
        }
        draft.hold = new Hold(true, draft.hold.letGo());
        draft.checkpoint();
        draft.hold = new Hold(false, false);
        draft.checkpoint();
    }
}
