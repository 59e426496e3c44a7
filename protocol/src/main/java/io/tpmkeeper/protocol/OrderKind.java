package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What an order does with the line. */
public enum OrderKind {
    /** Gives the line. */
    @JsonProperty("Held")
    HELD("Held"),

    /** Takes it back, or says that it was given elsewhere. */
    @JsonProperty("Tombstone")
    TOMBSTONE("Tombstone");

    private final String word;

    OrderKind(String word) {
        this.word = word;
    }

    /** The word on hosts, in the API and in messages. */
    public String word() {
        return word;
    }

    @Override
    public String toString() {
        return word;
    }
}
