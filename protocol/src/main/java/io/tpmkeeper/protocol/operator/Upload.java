package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Kind;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A capture that a node sent to the inbox.
 *
 * @param name of the Secret
 * @param record uid under whose line it was captured; null: none
 * @param capturedAt RFC 3339
 * @param files SHA-256 of each file's raw content
 * @param verdict what the verification of its whole content said
 */
public record Upload(
        String name,
        String node,
        String hostId,
        @Nullable String record,
        Version version,
        Digest digest,
        boolean online,
        boolean complete,
        Trigger trigger,
        @Nullable String source,
        String capturedAt,
        SortedMap<Kind, Digest> files,
        Verdict verdict) {

    public Upload {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /** Of a verification. */
    public sealed interface Verdict {
        /** It is what it says it is. */
        record Verified() implements Verdict {}

        /** @param reason a named refusal. @param message what happened and what to do */
        record Refused(String reason, String message) implements Verdict {}
    }

    public boolean verified() {
        return verdict instanceof Verdict.Verified;
    }
}
