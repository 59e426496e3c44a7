package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a step of a capture ended. */
public enum StepResult {
    /** It did what it is for. */
    @JsonProperty("Done")
    DONE("Done"),

    /** It could not; its message says why. */
    @JsonProperty("Failed")
    FAILED("Failed"),

    /** It was not needed. */
    @JsonProperty("Skipped")
    SKIPPED("Skipped");

    private final String word;

    StepResult(String word) {
        this.word = word;
    }

    /** The word in the API and in messages. */
    @Override
    public String toString() {
        return word;
    }
}
