package io.tpmkeeper.agent.host;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/** What a failed file operation tells a person: which file, and why. */
public final class FileTrouble {
    private FileTrouble() {}

    public static String shown(IOException failure) {
        if (failure instanceof FileSystemException file && file.getReason() == null) {
            return file.getFile() + ": "
                    + (file instanceof AccessDeniedException
                            ? "Permission denied"
                            : file.getClass().getSimpleName());
        }
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
