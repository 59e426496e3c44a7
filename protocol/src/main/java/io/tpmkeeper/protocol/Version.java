package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Comparator;

/**
 * Names a captured state and orders captures; never ordered by time.
 *
 * @param epoch of the line under which it was captured: {@code max(last + 1, Unix seconds)} at the time the line was given, so
 *     that an operator rolled back by its storage repeats none. 0 before any line
 * @param seq the host's own count of captures of this domain; never used again on that host
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Version(long epoch, long seq) implements Comparable<Version> {
    private static final Comparator<Version> ORDER =
            Comparator.comparingLong(Version::epoch).thenComparingLong(Version::seq);

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, other);
    }

    /** As people read it: {@code epoch/seq}. */
    @Override
    public String toString() {
        return epoch + "/" + seq;
    }
}
