package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a domain's newest state is, in one word. Derived from facts, never stored to be acted on. */
public enum HostState {
    /** No host was given the line. */
    @JsonProperty("None")
    NONE("None"),

    /** A host was given the line and has not started the domain since. */
    @JsonProperty("Granted")
    GRANTED("Granted"),

    /** The domain runs on the host that has the line. */
    @JsonProperty("Running")
    RUNNING("Running"),

    /** It stopped; its newest state is safe on the host and not yet in the cluster. */
    @JsonProperty("Unsynced")
    UNSYNCED("Unsynced"),

    /** It stopped and its newest state is in the cluster. */
    @JsonProperty("Released")
    RELEASED("Released"),

    /** The line is being taken back in order to give it to another host. */
    @JsonProperty("Moving")
    MOVING("Moving"),

    /** The domain migrated away, or may have, and the new host is not confirmed yet. */
    @JsonProperty("Left")
    LEFT("Left"),

    /** The last run left a torn or incomplete state on its host. */
    @JsonProperty("Lost")
    LOST("Lost");

    private final String word;

    HostState(String word) {
        this.word = word;
    }

    /** The word in the API and in messages. */
    @Override
    public String toString() {
        return word;
    }
}
