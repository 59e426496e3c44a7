package io.tpmkeeper.agent;

/** The host directory was made for another cluster. */
final class ForeignHostException extends Exception {
    private static final long serialVersionUID = 1L;

    ForeignHostException(String message) {
        super(message);
    }
}
