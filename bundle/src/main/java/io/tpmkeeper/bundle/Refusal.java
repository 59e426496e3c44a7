package io.tpmkeeper.bundle;

/**
 * Why something is not used. Safe to show anywhere: it holds names and sizes, never content.
 *
 * @param reason the documented constant
 * @param whatHappened one sentence, sizes in bytes
 */
public record Refusal(Reason reason, String whatHappened) {
    /** What happened and what to do, for a condition's message. */
    public String message() {
        return whatHappened + " " + reason.whatToDo();
    }

    @Override
    public String toString() {
        return reason.text() + ": " + message();
    }
}
