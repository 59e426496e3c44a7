package io.tpmkeeper.operator.generation;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.api.Marks;
import io.tpmkeeper.bundle.Bundle;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.operator.Generation;
import io.tpmkeeper.protocol.operator.World;
import java.util.UUID;
import java.util.stream.Stream;

/** States on their way to one node, in the agents' namespace. */
public final class Deliveries {
    private final KubernetesClient client;
    private final String namespace;
    private final WholeContent content;

    /** @param namespace of the agents */
    public Deliveries(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
        this.content = new WholeContent(client);
    }

    static Stream<World.Delivery> delivery(Secret secret) {
        String digest = secret.getMetadata().getAnnotations().get(Marks.DIGEST);
        return digest == null
                ? Stream.empty()
                : Stream.of(new World.Delivery(
                        secret.getMetadata().getName(),
                        secret.getMetadata().getLabels().getOrDefault(Marks.NODE, ""),
                        new Digest(digest)));
    }

    /**
     * Puts a generation's content there, whole, whichever Secrets it lies in.
     *
     * @throws ContentRefusedException if it is not what the record says
     */
    public void make(String domainUuid, String node, Digest digest, Generation generation) {
        Bundle whole = content.of(generation, UUID.fromString(domainUuid)).whole();
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name(domainUuid, node, digest))
                .addToLabels(Marks.KIND, Marks.KIND_DELIVERY)
                .addToLabels(Marks.DOMAIN, domainUuid)
                .addToLabels(Marks.NODE, node)
                .addToLabels("app.kubernetes.io/managed-by", "tpm-keeper")
                .addToAnnotations(Marks.DIGEST, digest.hex())
                .endMetadata()
                .withType(Marks.TYPE)
                .withImmutable(true)
                .withData(SecretData.encoded(whole.toSecretData()))
                .build();
        client.resource(secret).create();
    }

    public void delete(String name) {
        client.secrets().inNamespace(namespace).withName(name).delete();
    }

    private static String name(String domainUuid, String node, Digest digest) {
        return "delivery-%s-%s-%s".formatted(domainUuid, Integer.toHexString(node.hashCode()), digest.brief());
    }
}
