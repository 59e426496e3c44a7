package io.tpmkeeper.operator.generation;

import io.tpmkeeper.protocol.operator.Generation;

/** A generation Secret does not hold what was saved in it; somebody replaced it. Nothing is delivered from it. */
public final class ContentRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String secretUid;

    ContentRefusedException(Generation generation, String secretUid, String reason, String message) {
        super("Secret %s/%s with generation %d is not what was saved: %s: %s"
                .formatted(generation.namespace(), generation.secret(), generation.number(), reason, message));
        this.secretUid = secretUid;
    }

    /** Of the Secret object: one made again by hand is another. */
    String secretUid() {
        return secretUid;
    }
}
