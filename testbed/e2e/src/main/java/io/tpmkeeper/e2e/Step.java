package io.tpmkeeper.e2e;

/** One step of a story: it fails by an exception that says what did not hold. */
public record Step(int number, String title, Act act) {
    /** What a step does. */
    @FunctionalInterface
    public interface Act {
        void run() throws Exception;
    }
}
