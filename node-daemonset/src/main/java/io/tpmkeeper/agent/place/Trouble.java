package io.tpmkeeper.agent.place;

/**
 * Why no domain can be protected at a place.
 *
 * @param message what is wrong, and what to do
 */
public record Trouble(Kind kind, String message) {
    /** What is wrong. */
    public enum Kind {
        /** It is there, and does not answer. */
        UNREACHABLE,
        /** It is not there, and nothing of a domain is. */
        MISSING,
        /** It answers, and knows no hypervisor of ours. */
        NO_DRIVER,
        /** It answers, and has nothing to run a domain with. */
        NO_EMULATOR,
        /** It answers, and would not call the hook. */
        TOO_OLD;

        /** Whether there is an open connection all the same. */
        public boolean isConnected() {
            return switch (this) {
                case UNREACHABLE, MISSING, NO_DRIVER -> false;
                case NO_EMULATOR, TOO_OLD -> true;
            };
        }
    }
}
