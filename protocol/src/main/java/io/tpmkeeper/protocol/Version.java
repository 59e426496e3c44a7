package io.tpmkeeper.protocol;

/** v=(epoch, seq). */
public record Version(long epoch, long seq) implements Comparable<Version> {
    @Override
    public int compareTo(Version other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Long.compare(seq, other.seq);
    }
}
