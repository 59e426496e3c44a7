package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Choice;
import java.util.List;

/**
 * Something that keeps a domain from going on until its cause ends, or until a person chooses.
 *
 * @param message what happened and what to do next
 * @param offers what a person may choose now; empty: nothing can be chosen, or not yet
 */
public record Finding(Reason reason, String message, List<Offer> offers) {
    /** @param message what becomes of the domain, and what is lost by it */
    public record Offer(Choice choice, String message) {}

    public Finding {
        offers = List.copyOf(offers);
    }

    public Finding(Reason reason, String message) {
        this(reason, message, List.of());
    }

    public Finding offering(List<Offer> choices) {
        return new Finding(reason, message, choices);
    }

    static List<Finding> withoutOffers(List<Finding> findings) {
        return findings.stream().map(f -> f.offering(List.of())).toList();
    }

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

        /** Whether a person may be asked about it. */
        public boolean isDecision() {
            return switch (this) {
                case ROLLED_BACK, FOUND_ON_SEVERAL_NODES, HOST_LOSS, LOST_TAIL, MISSING_STATE, FORKED_RUN -> true;
                case CLEANUP_FAILED, DELETION_WAITS_FOR_STOP -> false;
            };
        }
    }
}
