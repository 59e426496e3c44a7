package io.tpmkeeper.protocol.hook;

import io.tpmkeeper.protocol.hook.FileState.Odd;
import io.tpmkeeper.protocol.hook.FileState.Plain;
import io.tpmkeeper.protocol.hostfile.FileMark;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import org.jspecify.annotations.Nullable;

/** TPM and NVRAM where they lie. */
public record LiveFiles(FileState tpm, FileState vars) {
    public static final LiveFiles NOTHING = new LiveFiles(FileState.ABSENT, FileState.ABSENT);

    public boolean anything() {
        return tpm.isThere() || vars.isThere();
    }

    public boolean odd() {
        return tpm instanceof Odd || vars instanceof Odd;
    }

    /** What can be read of them. */
    public FileMarks marks() {
        return new FileMarks(mark(tpm), mark(vars));
    }

    private static @Nullable FileMark mark(FileState state) {
        return state instanceof Plain plain ? plain.mark() : null;
    }
}
