package io.tpmkeeper.protocol.operator;

/**
 * Something that keeps a domain from going on until its cause ends.
 *
 * @param message what happened and what to do next
 */
public record Finding(Reason reason, String message) {
    /** The first that holds is shown. */
    public enum Reason {
        ROLLED_BACK("RolledBack"),
        FOUND_ON_SEVERAL_NODES("FoundOnSeveralNodes"),
        HOST_LOSS("HostLoss"),
        LOST_TAIL("LostTail"),
        MISSING_STATE("MissingState"),
        FORKED_RUN("ForkedRun"),
        CLEANUP_FAILED("CleanupFailed"),
        DELETION_WAITS_FOR_STOP("DeletionWaitsForStop");

        private final String word;

        Reason(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }
}
