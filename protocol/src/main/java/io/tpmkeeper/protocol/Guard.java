package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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

    /** What the label of a record says to a host. A word of a newer operator, or none: the strictest that there is. */
    public static Guard ofLabel(@Nullable String label) {
        return Arrays.stream(values())
                .filter(g -> g.word.equals(label))
                .findFirst()
                .orElse(ENFORCE);
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
