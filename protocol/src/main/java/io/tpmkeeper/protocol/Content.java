package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** What an order says that the line's tip is to be. In the API and on a host one word: a digest, {@code none} or {@code live}. */
public sealed interface Content {
    /** Nothing was ever saved and nothing is there: the domain may start with a blank TPM. */
    Content NONE = new None();

    /** Whatever the host has now; the host answers which digest that is. */
    Content LIVE = new Live();

    /** {@link #NONE}. */
    record None() implements Content {
        @Override
        public String toString() {
            return "none";
        }
    }

    /** {@link #LIVE}. */
    record Live() implements Content {
        @Override
        public String toString() {
            return "live";
        }
    }

    /** Exactly this state. */
    record Of(Digest digest) implements Content {
        @Override
        public String toString() {
            return digest.hex();
        }
    }

    /** The state of a digest, or none where there is no digest. */
    static Content of(@org.jspecify.annotations.Nullable Digest digest) {
        return digest == null ? NONE : new Of(digest);
    }

    /** Reads the one word. @throws IllegalArgumentException if it is none of the three */
    @JsonCreator
    static Content parse(String word) {
        return switch (word) {
            case "none" -> NONE;
            case "live" -> LIVE;
            default -> new Of(new Digest(word));
        };
    }

    /** The one word that stands for it. */
    @JsonValue
    default String word() {
        return toString();
    }
}
