package io.tpmkeeper.protocol.hook;

import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.hook.HookHost.Refused;
import org.jspecify.annotations.Nullable;

/** {@code stopped} in {@code 80-calls.sh}. libvirt calls it after a refused prepare, too. */
final class Stopped {
    private final Draft draft;
    private final Call call;
    private final Capture capture;

    Stopped(Draft draft, Call call) {
        this.draft = draft;
        this.call = call;
        this.capture = new Capture(draft, call);
    }

    Course course() {
        draft.marker = null;
        draft.checkpoint();
        if (draft.hasTpm() && !consumeMark()) {
            end();
        }
        return draft.course(0, null);
    }

    private boolean consumeMark() {
        Refused refused = draft.refused;
        if (refused == null || refused.consumed()) {
            return false;
        }
        draft.refused = new Refused(refused.reason(), refused.passedBy(), true);
        draft.checkpoint();
        return true;
    }

    private void end() {
        if (draft.vm.isUnreadable()) {
            captureUnread();
            return;
        }
        Run run = draft.run();
        if (!(draft.journal instanceof HostFile.Missing<?>) && !draft.runOpen()) {
            // A prepare that was killed while it installed: nothing ran.
            capture.forgetRescue();
            new Install(draft).replay();
            return;
        }
        if (run == null) {
            if (draft.lookAtEnd().anything()) {
                draft.disownRescue(1);
                capture.secure(runWithoutPrepare(), logged(), false);
            }
            return;
        }
        if (!run.open()) {
            return;
        }
        Ending rescued = draft.rescuedHow();
        if (rescued != null) {
            capture.secure(run, rescued, false);
        } else if (run.boot().equals(call.boot())) {
            capture.secure(run, logged(), false);
        } else {
            capture.secure(run, call.migrationLogged() ? Ending.UNKNOWN : Ending.LOST, true);
        }
    }

    private Ending logged() {
        Ending logged = call.logged();
        return logged == null ? Ending.UNKNOWN : logged;
    }

    /** It began before the hook was here. */
    private Run runWithoutPrepare() {
        Line line = draft.line();
        return new Run(
                1,
                line == null ? null : line.record(),
                line == null ? 0 : line.epoch(),
                call.boot(),
                RunKind.COLD,
                null,
                false,
                true,
                true,
                null,
                null,
                false);
    }

    /** What lies there is kept; the host file is left for the agent to report. */
    private void captureUnread() {
        Capture.Taken taken = capture.take(draft.lookAtEnd(), false);
        if (taken == null) {
            keepOnFilesystem(logged());
        } else {
            capture.commit(taken, Capture.trigger(logged(), false), logged(), false, 0);
            capture.dropUnfinished();
        }
    }

    private void keepOnFilesystem(@Nullable Ending how) {
        capture.rescue(0, how == null ? Ending.UNKNOWN : how);
    }
}
