package io.tpmkeeper.protocol.hostfile;

import io.tpmkeeper.protocol.Digest;

/** One file of a state by its content. In a host file {@code <sha256> <size>}. */
public record FileMark(Digest sha256, long size) {
    /** Reads the two words. @throws IllegalArgumentException if they are none */
    static FileMark parse(String words) {
        int space = words.indexOf(' ');
        if (space < 0 || !words.substring(space + 1).matches("0|[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException("not <sha256> <size>");
        }
        return new FileMark(new Digest(words.substring(0, space)), Long.parseLong(words.substring(space + 1)));
    }

    @Override
    public String toString() {
        return sha256.hex() + " " + size;
    }
}
