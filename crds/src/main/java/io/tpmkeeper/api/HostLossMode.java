package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** When a holder counts as dead, so that its line may be given to another host though its newest state was not saved. */
public enum HostLossMode {
    /** Only when a person accepts the loss. */
    @JsonProperty("Never")
    NEVER("Never"),

    /** When the node bears the out-of-service taint or its Node object is gone. */
    @JsonProperty("WhenFenced")
    WHEN_FENCED("WhenFenced"),

    /** When the node was not ready and its agent silent for a time. Without physical fencing this accepts a fork. */
    @JsonProperty("After")
    AFTER("After");

    private final String word;

    HostLossMode(String word) {
        this.word = word;
    }

    /** The word in the API and in messages. */
    @Override
    public String toString() {
        return word;
    }
}
