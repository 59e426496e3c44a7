package io.tpmkeeper.protocol.host;

import io.tpmkeeper.protocol.Digest;
import org.jspecify.annotations.Nullable;

/**
 * What lies in the domain's own files.
 *
 * @param whole the state, if each kind that the domain has was read equal twice
 * @param something whether anything lies there at all
 */
public record Lying(@Nullable Digest whole, boolean something) {
    public static final Lying NOTHING = new Lying(null, false);
    public static final Lying TORN = new Lying(null, true);

    public static Lying of(Digest digest) {
        return new Lying(digest, true);
    }
}
