package io.tpmkeeper.agent.place;

/** The place did not answer, or not in time, or not with what can be understood. */
public final class PlaceException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Trouble.Kind kind;

    public PlaceException(String message) {
        super(message);
        this.kind = Trouble.Kind.UNREACHABLE;
    }

    public PlaceException(String message, Throwable cause) {
        super(message, cause);
        this.kind = Trouble.Kind.UNREACHABLE;
    }

    public PlaceException(Trouble trouble) {
        super(trouble.message());
        this.kind = trouble.kind();
    }

    public Trouble trouble() {
        return new Trouble(kind, String.valueOf(getMessage()));
    }
}
