package io.tpmkeeper.operator.generation;

import io.fabric8.kubernetes.api.model.Secret;
import io.tpmkeeper.api.Marks;
import io.tpmkeeper.bundle.Refusal;

/** A generation Secret does not hold what was saved in it; somebody replaced it. Nothing is made or delivered from it. */
public final class ContentRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String secretUid;

    ContentRefusedException(Secret secret, Refusal refusal) {
        super("Secret %s/%s with generation %s is not what was saved: %s: %s"
                .formatted(
                        secret.getMetadata().getNamespace(),
                        secret.getMetadata().getName(),
                        secret.getMetadata().getLabels().get(Marks.GENERATION),
                        refusal.reason().text(),
                        refusal.message()));
        this.secretUid = secret.getMetadata().getUid();
    }

    /** Of the Secret object: one made again by hand is another. */
    String secretUid() {
        return secretUid;
    }
}
