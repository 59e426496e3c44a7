package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a run began. */
public enum RunKind {
    /** An ordinary start. */
    @JsonProperty("Cold")
    COLD("Cold"),

    /** The receiving side of a migration. */
    @JsonProperty("Incoming")
    INCOMING("Incoming"),

    /** A restored saved image, managed or not. */
    @JsonProperty("Image")
    IMAGE("Image");

    private final String word;

    RunKind(String word) {
        this.word = word;
    }

    /** The word on hosts, in the API and in messages. */
    public String word() {
        return word;
    }

    /** Reads the word. @throws IllegalArgumentException if there is no such word */
    public static RunKind ofWord(String word) {
        for (RunKind value : values()) {
            if (value.word.equals(word)) {
                return value;
            }
        }
        throw new IllegalArgumentException("no RunKind: " + word);
    }

    @Override
    public String toString() {
        return word;
    }
}
