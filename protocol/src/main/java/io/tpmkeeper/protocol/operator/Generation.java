package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import org.jspecify.annotations.Nullable;

/**
 * A generation Secret that exists.
 *
 * @param record uid in whose name it was made
 * @param capturedAt RFC 3339
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
        boolean kept,
        boolean deleting) {}
