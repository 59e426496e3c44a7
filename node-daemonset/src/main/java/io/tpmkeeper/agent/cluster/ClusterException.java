package io.tpmkeeper.agent.cluster;

/** The API server did not answer, or refused. */
public final class ClusterException extends Exception {
    private static final long serialVersionUID = 1L;

    public ClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
