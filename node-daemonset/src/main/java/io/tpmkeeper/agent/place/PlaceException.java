package io.tpmkeeper.agent.place;

/** The place did not answer, or not in time, or not with what can be understood. */
public final class PlaceException extends Exception {
    private static final long serialVersionUID = 1L;

    public PlaceException(String message) {
        super(message);
    }

    public PlaceException(String message, Throwable cause) {
        super(message, cause);
    }
}
