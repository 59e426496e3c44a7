package io.tpmkeeper.simulation.cluster;

/** The API server does not take a write: what it was meant for is not there, or not as it was. Also: it is away. */
public final class Conflict extends Exception {
    private static final long serialVersionUID = 1L;

    public Conflict(String message) {
        super(message, null, false, false);
    }
}
