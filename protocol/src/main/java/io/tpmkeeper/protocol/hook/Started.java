package io.tpmkeeper.protocol.hook;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.hook.FileState.Plain;
import io.tpmkeeper.protocol.hook.HookHost.Refused;
import io.tpmkeeper.protocol.hook.HookHost.Rescue;
import io.tpmkeeper.protocol.hostfile.FileMark;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.protocol.hostfile.Place;
import org.jspecify.annotations.Nullable;

/** {@code started}, and {@code reconnect} of an active domain. */
final class Started {
    private final Draft draft;
    private final boolean judges;

    Started(Draft draft, Call call) {
        this.draft = draft;
        this.judges = call.operation() == Call.Operation.STARTED;
    }

    Course course() {
        if (!draft.hasTpm()) {
            return draft.course(0, null);
        }
        Denial refusal = null;
        Run run = draft.run();
        if (run != null && run.open()) {
            Line line = draft.line();
            if (judges && run.kind() == RunKind.IMAGE && line != null && line.isHeld()) {
                if (isTheTips(line)) {
                    run = begun(run, line.tip(), true);
                } else {
                    refusal = Denial.IMAGE_OF_THE_PAST;
                    String passedBy = passedBy();
                    draft.refused = new Refused(refusal.word(), passedBy, true);
                    draft.checkpoint();
                    if (passedBy == null) {
                        return draft.course(1, refusal);
                    }
                }
            }
            draft.write(draft.vm().with(begun(run, run.from(), run.online())));
        }
        linkVars();
        return draft.course(0, refusal);
    }

    private static Run begun(Run run, @Nullable Digest from, boolean online) {
        return new Run(
                run.n(),
                run.record(),
                run.epoch(),
                run.boot(),
                run.kind(),
                from,
                online,
                true,
                run.open(),
                run.how(),
                run.entry(),
                run.voided());
    }

    private @Nullable String passedBy() {
        if (draft.found().breakGlass()) {
            return "break-glass";
        }
        Guard guard = draft.guard();
        return guard == Guard.ENFORCE ? null : guard == null ? "none" : guard.word();
    }

    /** By the TPM alone: the image's NVRAM comes a little later. */
    private boolean isTheTips(Line line) {
        if (!draft.seen() || !(draft.live.tpm() instanceof Plain plain)) {
            return false;
        }
        Install install = new Install(draft);
        FileMarks content = install.contentOf(draft.vm().at());
        Digest tip = line.tip();
        if (content == null && tip != null) {
            content = install.contentOf(new Place.InDelivery(tip));
        }
        FileMark tipsTpm = content == null ? null : content.tpm();
        if (tipsTpm != null) {
            return tipsTpm.sha256().equals(plain.mark().sha256());
        }
        LiveFiles there = draft.look();
        return tip != null && !there.odd() && tip.equals(there.marks().digest());
    }

    private void linkVars() {
        FileState vars = draft.live.vars();
        if (draft.hasNvram()
                && vars.isFile()
                && !draft.rescueOfAnother()
                && draft.found().disk().rescue()) {
            draft.rescue = new Rescue(draft.rescue.tpm(), vars, draft.rescue.ended());
            draft.checkpoint();
        }
    }
}
