package io.tpmkeeper.protocol.hook;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.hook.FileState.Plain;
import io.tpmkeeper.protocol.hook.HookHost.Captured;
import io.tpmkeeper.protocol.hook.HookHost.Displaced;
import io.tpmkeeper.protocol.hostfile.FileMark;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.protocol.hostfile.Journal;
import io.tpmkeeper.protocol.hostfile.Place;
import org.jspecify.annotations.Nullable;

/** {@code 60-install.sh}: a state is put in place. */
final class Install {
    private final Draft draft;

    Install(Draft draft) {
        this.draft = draft;
    }

    /** What lies at a place; null: there is no such place. */
    @Nullable
    FileMarks contentOf(@Nullable Place place) {
        return switch (place) {
            case Place.InEntry entry -> {
                Captured captured = draft.entries.get(entry.seq());
                yield captured == null ? null : captured.files();
            }
            case Place.InDelivery delivery ->
                draft.deliveries.get(delivery.digest().hex());
            case null -> null;
        };
    }

    /** False: what lies at that place is not that digest. */
    boolean install(@Nullable Place from, Digest digest) {
        FileMarks content = contentOf(from);
        if (from == null || content == null || !digest.equals(content.digest())) {
            return false;
        }
        draft.journal = HostFile.of(new Journal(from, digest));
        draft.checkpoint();
        putAside();
        draft.live = new LiveFiles(plain(content.tpm()), draft.live.vars());
        draft.checkpoint();
        if (content.vars() != null && draft.hasNvram()) {
            draft.live = new LiveFiles(draft.live.tpm(), plain(content.vars()));
            draft.checkpoint();
        }
        dropJournal();
        return true;
    }

    /** From where the line says that it lies, or from a delivery of its name. */
    boolean installTip(Digest tip) {
        Place at = draft.vm().at();
        return install(at, tip) || install(new Place.InDelivery(tip), tip);
    }

    void putAside() {
        LiveFiles there = draft.look();
        if (there.tpm().isThere()) {
            draft.quarantine.add(new Displaced("tpm2", there.tpm()));
            draft.live = new LiveFiles(FileState.ABSENT, draft.live.vars());
            draft.checkpoint();
        }
        if (there.vars().isThere()) {
            draft.quarantine.add(new Displaced("vars", there.vars()));
            draft.live = new LiveFiles(draft.live.tpm(), FileState.ABSENT);
            draft.checkpoint();
        }
    }

    /** Finishes an install that was killed. False: the journal cannot be read. */
    boolean replay() {
        switch (draft.journal) {
            case HostFile.Missing<Journal> none -> {
                return true;
            }
            case HostFile.Unreadable<Journal> broken -> {
                return false;
            }
            case HostFile.Read<Journal> read -> {
                if (draft.seen()) {
                    Digest tip = read.value().tip();
                    LiveFiles there = draft.look();
                    if (there.odd() || !tip.equals(there.marks().digest())) {
                        // Where that cannot be done, what lies there is judged as it is.
                        install(read.value().from(), tip);
                    }
                    dropJournal();
                }
                return true;
            }
        }
    }

    void dropJournal() {
        draft.journal = HostFile.missing();
        draft.checkpoint();
    }

    /** What a copy of ours is. @param mark null: no such file */
    private static FileState plain(@Nullable FileMark mark) {
        return mark == null ? FileState.ABSENT : new Plain(mark, false);
    }
}
