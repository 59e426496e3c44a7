package io.tpmkeeper.protocol.hook;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Request.Reason;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.hook.HookHost.AcceptLive;
import io.tpmkeeper.protocol.hook.HookHost.Marker;
import io.tpmkeeper.protocol.hook.HookHost.Refused;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.Vm;
import org.jspecify.annotations.Nullable;

/** {@code 70-prepare.sh}: go, or ask; here nobody answers while it waits. Whoever simulates answers calls it again. */
final class Prepare {
    private final Draft draft;
    private final Call call;
    private final Capture capture;
    private final Install install;

    /** Null: the marker cannot be read, so nobody knows. */
    private @Nullable RunKind kind = RunKind.COLD;

    Prepare(Draft draft, Call call) {
        this.draft = draft;
        this.call = call;
        this.capture = new Capture(draft, call);
        this.install = new Install(draft);
    }

    Course course() {
        takeMarker();
        if (!draft.hasTpm()) {
            return draft.course(0, null);
        }
        Denial denied = decide();
        if (denied == null) {
            draft.refused = null;
            draft.checkpoint();
            settleRequest();
            return draft.course(0, null);
        }
        Guard guard = draft.guard();
        if (draft.found().breakGlass()) {
            pass(denied, "break-glass");
        } else if (guard == null || guard == Guard.OFF) {
            pass(denied, guard == null ? null : guard.word());
        } else {
            if (call.waits() && denied.asks() != null) {
                draft.request = denied.asks();
                draft.checkpoint();
            }
            if (guard == Guard.ENFORCE) {
                refuse(denied);
                return draft.course(1, denied);
            }
            pass(denied, guard.word());
        }
        return draft.course(0, denied);
    }

    private void takeMarker() {
        Marker marker = draft.marker;
        if (marker == null) {
            return;
        }
        if (marker.kind() == null) {
            kind = null;
        } else if (marker.believed()) {
            kind = marker.kind();
        }
        draft.marker = null;
        draft.checkpoint();
    }

    /** Null: it may start, and its run is open. */
    private @Nullable Denial decide() {
        if (draft.vm.isUnreadable()) {
            return Denial.HOST_FILE_UNREADABLE;
        }
        if (draft.run() == null) {
            if (!capture.keepUnknown()) {
                return Denial.NO_SPACE;
            }
        } else if (!draft.runOpen()) {
            capture.forgetRescue();
        }
        if (!install.replay()) {
            return Denial.HOST_FILE_UNREADABLE;
        }
        if (!recover()) {
            return Denial.NO_SPACE;
        }
        if (kind == null) {
            return Denial.HOST_FILE_UNREADABLE;
        }
        if (kind == RunKind.INCOMING) {
            openRun(RunKind.INCOMING, false, null);
            return null;
        }
        Line line = draft.line();
        if (line == null) {
            return withoutLine(kind);
        }
        return switch (line.state()) {
            case TOMBSTONE -> Denial.LINE_ELSEWHERE;
            case LEFT -> Denial.LINE_LEFT;
            case LOST -> Denial.LINE_LOST;
            case HELD -> {
                if (kind == RunKind.IMAGE) {
                    openRun(RunKind.IMAGE, false, null);
                    yield null;
                }
                yield draft.seen() ? startFromTip() : Denial.DOMAIN_UNKNOWN;
            }
        };
    }

    private @Nullable Denial withoutLine(RunKind cold) {
        if (!draft.indexReadable()) {
            return Denial.INDEX_MISSING;
        }
        if (draft.guard() != null) {
            return Denial.LINE_ELSEWHERE;
        }
        openRun(cold, false, null);
        return null;
    }

    /** libvirt is starting the domain, so an open run is dead. */
    private boolean recover() {
        Run run = draft.run();
        if (run == null || !run.open()) {
            return true;
        }
        Ending rescued = draft.rescuedHow();
        if (rescued != null) {
            return capture.saveEnd(run, rescued, false);
        }
        return capture.saveEnd(run, call.migrationLogged() ? Ending.UNKNOWN : Ending.LOST, true);
    }

    private @Nullable Denial startFromTip() {
        acceptWhatLiesThere();
        Digest tip = draft.tip();
        LiveFiles there = draft.look();
        boolean begins = tip != null && !there.odd() && tip.equals(there.marks().digest());
        if (!begins && there.vars().isThere() && draft.found().nvramOfAnother()) {
            return Denial.NVRAM_OF_ANOTHER;
        }
        if (tip == null) {
            install.putAside();
        } else if (!begins && !install.installTip(tip)) {
            return Denial.CONTENT_MISSING;
        }
        if (!draft.found().disk().reserve()) {
            return Denial.NO_SPACE;
        }
        openRun(RunKind.COLD, true, tip);
        return null;
    }

    private void acceptWhatLiesThere() {
        if (draft.accept instanceof HostFile.Missing<AcceptLive>) {
            return;
        }
        AcceptLive accepted = draft.accept.valueOrNull();
        LiveFiles there = draft.look();
        Digest live = there.odd() ? null : there.marks().digest();
        Vm vm = draft.vm();
        Line line = vm.line();
        boolean fits = accepted != null
                && line != null
                && java.util.Objects.equals(accepted.tip(), line.tip())
                && live != null
                && live.equals(accepted.live())
                && !live.equals(line.tip());
        Capture.Taken taken = fits ? capture.take(there, false) : null;
        if (taken != null && line != null) {
            if (taken.complete()) {
                capture.commit(taken, Trigger.ACCEPT, null, true, draft.runNumber());
                Line next = new Line(line.record(), line.epoch(), line.order(), LineState.HELD, null, live);
                draft.write(new Vm(next, new Place.InEntry(taken.seq()), taken.seq(), vm.run(), vm.opened()));
            } else {
                capture.dropUnfinished();
            }
        }
        draft.accept = HostFile.missing();
        draft.checkpoint();
    }

    private void openRun(RunKind runKind, boolean online, @Nullable Digest from) {
        if (!(draft.journal instanceof HostFile.Missing<?>)) {
            install.dropJournal();
        }
        Line line = draft.line();
        draft.disownRescue(draft.runNumber() + 1);
        Run run = new Run(
                draft.runNumber() + 1,
                line == null ? null : line.record(),
                line == null ? 0 : line.epoch(),
                call.boot(),
                runKind,
                from,
                online,
                false,
                true,
                null,
                null,
                false);
        draft.write(draft.vm().with(run));
    }

    /** What would be refused starts off-line. An on-line end that could not be saved is lost with it. */
    private void pass(Denial denied, @Nullable String by) {
        draft.refused = by == null ? null : new Refused(denied.word(), by, true);
        draft.checkpoint();
        if (!draft.vm.isUnreadable()) {
            Vm vm = draft.vm();
            Line line = vm.line();
            if (draft.runOpen() && draft.runIsTheLines() && line != null) {
                draft.vm = HostFile.of(new Vm(line.as(LineState.LOST), vm.at(), vm.seq(), vm.run(), vm.opened()));
            }
            openRun(kind == null ? RunKind.INCOMING : kind, false, null);
        }
        settleRequest();
    }

    private void refuse(Denial denied) {
        draft.refused = new Refused(denied.word(), null, false);
        draft.checkpoint();
        draft.request = null;
        draft.checkpoint();
    }

    /** A domain that nobody has seen is handed over without waiting. */
    private void settleRequest() {
        draft.request = draft.seen() ? null : Reason.DOMAIN;
        draft.checkpoint();
    }
}
