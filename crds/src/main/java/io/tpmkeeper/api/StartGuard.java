package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.tpmkeeper.protocol.Guard;

/** What happens to a start that is not allowed. */
public enum StartGuard {
    /** It is refused. */
    @JsonProperty("Enforce")
    ENFORCE("Enforce"),

    /** It is let through off-line, and an Event says that it would have been refused. */
    @JsonProperty("Warn")
    WARN("Warn"),

    /** It is let through off-line at once. */
    @JsonProperty("Off")
    OFF("Off");

    private final String word;

    StartGuard(String word) {
        this.word = word;
    }

    /** The protocol's value for it: what the hosts' index says. */
    public Guard guard() {
        return switch (this) {
            case ENFORCE -> Guard.ENFORCE;
            case WARN -> Guard.WARN;
            case OFF -> Guard.OFF;
        };
    }

    /** The word in the API and in messages. */
    @Override
    public String toString() {
        return word;
    }
}
