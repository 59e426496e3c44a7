package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a host's line says of its right to start the domain. */
public enum LineState {
    /** The host may start the domain, from the tip. */
    @JsonProperty("Held")
    HELD("Held"),

    /** The right was given back, or given elsewhere. */
    @JsonProperty("Tombstone")
    TOMBSTONE("Tombstone"),

    /** The last on-line run went to another host, or may have: see how it ended. */
    @JsonProperty("Left")
    LEFT("Left"),

    /** The state that the last on-line run left is torn or incomplete. */
    @JsonProperty("Lost")
    LOST("Lost");

    private final String word;

    LineState(String word) {
        this.word = word;
    }

    /** The word on hosts, in the API and in messages. */
    public String word() {
        return word;
    }

    /** Reads the word. @throws IllegalArgumentException if there is no such word */
    public static LineState ofWord(String word) {
        for (LineState value : values()) {
            if (value.word.equals(word)) {
                return value;
            }
        }
        throw new IllegalArgumentException("no LineState: " + word);
    }

    @Override
    public String toString() {
        return word;
    }
}
