package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens to a start that is not allowed. */
public enum Guard {
    /** It is refused. */
    @JsonProperty("enforce")
    ENFORCE("enforce"),

    /** It is let through off-line, and said. */
    @JsonProperty("warn")
    WARN("warn"),

    /** It is let through off-line at once. */
    @JsonProperty("off")
    OFF("off");

    private final String word;

    Guard(String word) {
        this.word = word;
    }

    /** The word on hosts, in the API and in messages. */
    public String word() {
        return word;
    }

    /** Reads the word. @throws IllegalArgumentException if there is no such word */
    public static Guard ofWord(String word) {
        for (Guard value : values()) {
            if (value.word.equals(word)) {
                return value;
            }
        }
        throw new IllegalArgumentException("no Guard: " + word);
    }

    @Override
    public String toString() {
        return word;
    }
}
