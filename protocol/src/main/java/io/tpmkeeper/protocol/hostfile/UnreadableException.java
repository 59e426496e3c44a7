package io.tpmkeeper.protocol.hostfile;

/** A host file is torn, of an unknown format, or says something that it cannot say. */
public final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The name of the refusal, in messages and conditions. */
    public static final String REASON = "HostFileUnreadable";

    public UnreadableException(String message) {
        super(message);
    }
}
