package io.tpmkeeper.protocol.hostfile;

import io.tpmkeeper.protocol.Digest;

/** Where on the host the content of a state lies. In a file one word: {@code entry:<seq>} or {@code delivery:<digest>}. */
public sealed interface Place {
    /** {@code spool/<uuid>/<seq>}. */
    record InEntry(long seq) implements Place {
        @Override
        public String toString() {
            return "entry:" + seq;
        }
    }

    /** {@code delivery/<uuid>/<digest>}. */
    record InDelivery(Digest digest) implements Place {
        @Override
        public String toString() {
            return "delivery:" + digest.hex();
        }
    }

    /** Reads the word. @throws IllegalArgumentException if it is none */
    static Place parse(String word) {
        if (word.matches("entry:[1-9][0-9]{0,17}")) {
            return new InEntry(Long.parseLong(word.substring(6)));
        }
        if (word.startsWith("delivery:")) {
            return new InDelivery(new Digest(word.substring(9)));
        }
        throw new IllegalArgumentException("no place: " + word);
    }
}
