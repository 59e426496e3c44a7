package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The newest saved state: what the next start elsewhere begins from.
 *
 * @param generation counts the generations of one domain, from 1; for people
 * @param version of the newest capture with this content
 * @param namespace and {@code secret}: where the content lies
 * @param capturedAt RFC 3339, when the content was first captured
 * @param confirmedAt RFC 3339, when a capture last had this content
 * @param node on which it was captured
 * @param source {@code Primary}, {@code Fallback} or {@code Mixed}: what the agent read
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Current(
        long generation,
        Version version,
        Digest digest,
        String namespace,
        String secret,
        String capturedAt,
        String confirmedAt,
        Trigger trigger,
        String node,
        @Nullable String source) {

    public Saved saved() {
        return new Saved(version, digest);
    }

    public Current confirmed(Version newer, String at) {
        return new Current(generation, newer, digest, namespace, secret, capturedAt, at, trigger, node, source);
    }
}
