package io.tpmkeeper.simulation.truth;

/** A promise was broken. */
public final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Harm harm;

    public Broken(Harm harm, String message) {
        super(message, null, false, false);
        this.harm = harm;
    }

    public Harm harm() {
        return harm;
    }
}
