package io.tpmkeeper.operator.generation;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tpmkeeper.protocol.operator.NotWritten;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The API server does not take a generation: a quota, an admission policy or missing rights stand in the way. Another try fails as
 * well until somebody acts.
 */
public final class WriteRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private static final int CAUSE_LIMIT = 600;
    private static final int INTERNAL_ERROR = 500;
    /** Not now, or not as the world is now: the next try may be taken. */
    private static final Set<Integer> PASSING = Set.of(401, 408, 409, 429);

    private final transient NotWritten refused;

    private WriteRefusedException(NotWritten refused, KubernetesClientException cause) {
        super("Secret %s is refused: %s".formatted(refused.secret(), refused.cause()), cause);
        this.refused = refused;
    }

    public NotWritten refused() {
        return refused;
    }

    /**
     * The same failure, as what it is.
     *
     * @param plainName of the Secret, without what is random in it: what people read is the same at each try
     */
    static RuntimeException of(Secret secret, String plainName, KubernetesClientException failure) {
        String said = said(failure);
        boolean refused = failure.getCode() >= 400 && failure.getCode() < INTERNAL_ERROR
                ? !PASSING.contains(failure.getCode())
                : failure.getCode() == INTERNAL_ERROR && said.contains("failed calling webhook");
        if (!refused) {
            return failure;
        }
        String plain = said.replace(secret.getMetadata().getName(), plainName);
        return new WriteRefusedException(
                new NotWritten(
                        secret.getMetadata().getNamespace() + "/" + plainName,
                        plain.length() <= CAUSE_LIMIT ? plain : plain.substring(0, CAUSE_LIMIT) + "…"),
                failure);
    }

    private static String said(KubernetesClientException failure) {
        @Nullable
        String message =
                failure.getStatus() == null ? null : failure.getStatus().getMessage();
        return message == null ? "error " + failure.getCode() : message;
    }
}
