package io.tpmkeeper.bundle;

/** Carries a {@link Refusal} out of a row of checks; {@link Checked#of} turns it into a value. */
public final class RefusedException extends Exception {
    private final Refusal refusal;

    RefusedException(Refusal refusal) {
        // A refusal is an answer: there is no cause to keep (a parser's own message may quote content), and no stack to
        // show.
        super(refusal.toString(), null, false, false);
        this.refusal = refusal;
    }

    RefusedException(Reason reason, String whatHappened) {
        this(new Refusal(reason, whatHappened));
    }

    /** What was refused and why. */
    public Refusal refusal() {
        return refusal;
    }
}
