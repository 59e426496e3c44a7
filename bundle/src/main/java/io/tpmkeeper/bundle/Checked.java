package io.tpmkeeper.bundle;

/**
 * The answer to bytes that came from elsewhere: what they are, or why they are refused.
 *
 * @param <T> what accepted bytes turned out to be
 */
public sealed interface Checked<T> {
    /** The bytes are good. */
    record Accepted<T>(T value) implements Checked<T> {}

    /** The bytes are not used, for this reason. */
    record Refused<T>(Refusal refusal) implements Checked<T> {}

    /** A check that refuses by exception, so that a long row of checks reads from top to bottom. */
    @FunctionalInterface
    interface Check<T> {
        T run() throws RefusedException;
    }

    /** Turns the refusal that {@code check} threw into a value. */
    static <T> Checked<T> of(Check<T> check) {
        try {
            return new Accepted<>(check.run());
        } catch (RefusedException e) {
            return new Refused<>(e.refusal());
        }
    }

    /** The value; for callers within this module that refuse by exception themselves. */
    default T orRefuse() throws RefusedException {
        return switch (this) {
            case Accepted<T>(T value) -> value;
            case Refused<T>(Refusal refusal) -> throw new RefusedException(refusal);
        };
    }
}
