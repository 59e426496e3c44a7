package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why a person must decide: each names one loss, or one doubt, that is never settled by guessing. */
public enum LossReason {
    /** State of the domain lies on several nodes, a node that may have some is silent, or something newer than the newest generation was never made current. */
    @JsonProperty("FoundOnSeveralNodes")
    FOUND_ON_SEVERAL_NODES("FoundOnSeveralNodes"),

    /** The newest state is only on a host that does not answer. */
    @JsonProperty("HostLoss")
    HOST_LOSS("HostLoss"),

    /** The last run left a state that cannot be used. */
    @JsonProperty("LostTail")
    LOST_TAIL("LostTail"),

    /** The state to start from is neither on the holder nor in the cluster. */
    @JsonProperty("MissingState")
    MISSING_STATE("MissingState"),

    /** The domain ran somewhere from another state than the newest. */
    @JsonProperty("ForkedRun")
    FORKED_RUN("ForkedRun"),

    /** A host knows of orders that the cluster does not: the cluster was restored from a backup. */
    @JsonProperty("RolledBack")
    ROLLED_BACK("RolledBack");

    private final String word;

    LossReason(String word) {
        this.word = word;
    }

    /** The word in the API and in messages. */
    @Override
    public String toString() {
        return word;
    }
}
