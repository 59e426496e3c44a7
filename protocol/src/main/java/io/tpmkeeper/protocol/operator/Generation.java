package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import org.jspecify.annotations.Nullable;

/**
 * A generation Secret that exists.
 *
 * @param record uid in whose name it was made
 * @param capturedAt RFC 3339, by its host's clock: for people to read
 * @param madeAt RFC 3339, by the API server's clock
 * @param candidate of a run that was not on the line: it never became current
 * @param kept whether it bears the finalizer that keeps it from a deletion by hand
 * @param deleting whether somebody asked for its deletion
 */
public record Generation(
        String namespace,
        String secret,
        String record,
        long number,
        Version version,
        Digest digest,
        Trigger trigger,
        String node,
        @Nullable String source,
        String capturedAt,
        String madeAt,
        boolean candidate,
        boolean kept,
        boolean deleting) {

    /** The same Secret with other marks. */
    public Generation marked(boolean keptNow, boolean deletingNow) {
        return new Generation(
                namespace,
                secret,
                record,
                number,
                version,
                digest,
                trigger,
                node,
                source,
                capturedAt,
                madeAt,
                candidate,
                keptNow,
                deletingNow);
    }
}
