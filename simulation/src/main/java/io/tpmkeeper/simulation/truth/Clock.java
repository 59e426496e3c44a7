package io.tpmkeeper.simulation.truth;

/** The time, which people may set as they like, and names that are never used twice. */
public final class Clock {
    private static final long BEGINNING = 1_000;

    private long now = BEGINNING;
    private long elapsed;
    private long names;

    public long now() {
        return now;
    }

    /** By a clock that nobody sets: what was waited for goes on while somebody puts the other one back. */
    public long elapsed() {
        return elapsed;
    }

    public void pass(long seconds) {
        elapsed += Math.max(0, seconds);
        now = Math.max(BEGINNING, now + seconds);
    }

    /** Differs from all others in its first four characters, as good as a random one does. */
    public String nonce() {
        return "%04x-%d".formatted(++names & 0xffff, names);
    }

    public String name(String what) {
        return what + "-" + ++names;
    }
}
