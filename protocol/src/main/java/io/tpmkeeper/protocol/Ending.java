package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a run ended, as far as the host can tell. */
public enum Ending {
    /** The guest shut down. */
    @JsonProperty("shutdown")
    SHUTDOWN("shutdown"),

    /** Somebody destroyed it. */
    @JsonProperty("destroyed")
    DESTROYED("destroyed"),

    /** QEMU or the guest crashed. */
    @JsonProperty("crashed")
    CRASHED("crashed"),

    /** Saved to an image, managed or not. */
    @JsonProperty("saved")
    SAVED("saved"),

    /** It went to another host. */
    @JsonProperty("migrated")
    MIGRATED("migrated"),

    /** The start, or the incoming migration, failed. */
    @JsonProperty("failed")
    FAILED("failed"),

    /** It ended unseen: power loss, or a dead hook. */
    @JsonProperty("lost")
    LOST("lost"),

    /** What was left could not be read whole. */
    @JsonProperty("incomplete")
    INCOMPLETE("incomplete"),

    /** The reason is not known; it may have gone to another host. */
    @JsonProperty("unknown")
    UNKNOWN("unknown");

    private final String word;

    Ending(String word) {
        this.word = word;
    }

    /** The word on hosts, in the API and in messages. */
    public String word() {
        return word;
    }

    /** Reads the word. @throws IllegalArgumentException if there is no such word */
    public static Ending ofWord(String word) {
        for (Ending value : values()) {
            if (value.word.equals(word)) {
                return value;
            }
        }
        throw new IllegalArgumentException("no Ending: " + word);
    }

    @Override
    public String toString() {
        return word;
    }
}
