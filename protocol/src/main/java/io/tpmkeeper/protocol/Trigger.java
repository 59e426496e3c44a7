package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why a state was captured. */
public enum Trigger {
    /** The domain stopped. */
    @JsonProperty("Stop")
    STOP("Stop"),

    /** A change while it ran. */
    @JsonProperty("Live")
    LIVE("Live"),

    /** It went to another host. */
    @JsonProperty("Migration")
    MIGRATION("Migration"),

    /** Somebody asked for it. */
    @JsonProperty("Manual")
    MANUAL("Manual"),

    /** It had ended unseen: found by the agent, or by the next start. */
    @JsonProperty("AgentStart")
    AGENT_START("AgentStart"),

    /** The line was given with what lay on the host. */
    @JsonProperty("Order")
    ORDER("Order"),

    /** An administrator accepted what lay there. */
    @JsonProperty("Accept")
    ACCEPT("Accept"),

    /** The node was asked to release its domains. */
    @JsonProperty("Release")
    RELEASE("Release");

    private final String word;

    Trigger(String word) {
        this.word = word;
    }

    /** The word on hosts, in the API and in messages. */
    public String word() {
        return word;
    }

    /** Reads the word. @throws IllegalArgumentException if there is no such word */
    public static Trigger ofWord(String word) {
        for (Trigger value : values()) {
            if (value.word.equals(word)) {
                return value;
            }
        }
        throw new IllegalArgumentException("no Trigger: " + word);
    }

    @Override
    public String toString() {
        return word;
    }
}
