package io.tpmkeeper.operator.generation;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.api.Marks;
import io.tpmkeeper.bundle.BundleReader;
import io.tpmkeeper.bundle.Checked;
import io.tpmkeeper.bundle.Refusal;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.operator.Generation;
import io.tpmkeeper.protocol.operator.World;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/** States on their way to one node, in the agents' namespace. */
public final class Deliveries {
    private final KubernetesClient client;
    private final KubernetesClient metadata;
    private final String namespace;
    private final BundleReader reader = new BundleReader();

    /**
     * @param metadata a client that sees Secrets without their data
     * @param namespace of the agents
     */
    public Deliveries(KubernetesClient client, KubernetesClient metadata, String namespace) {
        this.client = client;
        this.metadata = metadata;
        this.namespace = namespace;
    }

    public List<World.Delivery> of(String domainUuid) {
        return metadata
                .secrets()
                .inNamespace(namespace)
                .withLabel(Marks.DOMAIN, domainUuid)
                .withLabel(Marks.KIND, Marks.KIND_DELIVERY)
                .list()
                .getItems()
                .stream()
                .flatMap(Deliveries::delivery)
                .toList();
    }

    private static Stream<World.Delivery> delivery(Secret secret) {
        String digest = secret.getMetadata().getAnnotations().get(Marks.DIGEST);
        return digest == null
                ? Stream.empty()
                : Stream.of(new World.Delivery(
                        secret.getMetadata().getName(),
                        secret.getMetadata().getLabels().getOrDefault(Marks.NODE, ""),
                        new Digest(digest)));
    }

    /**
     * Puts a generation's content there. It is verified again: a Secret can be replaced by hand, immutable or not.
     *
     * @throws ContentRefusedException if it is not what the record says
     */
    public void make(String domainUuid, String node, Digest digest, Generation generation) {
        Secret from = Objects.requireNonNull(
                client.secrets()
                        .inNamespace(generation.namespace())
                        .withName(generation.secret())
                        .get(),
                "the generation has gone");
        Map<String, byte[]> data = SecretData.of(from);
        switch (reader.verify(data, Map.of(), UUID.fromString(domainUuid))) {
            case Checked.Refused<BundleReader.VerifiedBundle>(Refusal refusal) ->
                throw new ContentRefusedException(
                        generation, uid(from), refusal.reason().text(), refusal.message());
            case Checked.Accepted<BundleReader.VerifiedBundle>(BundleReader.VerifiedBundle whole) -> {
                if (!whole.bundle().manifest().digest().equals(digest)) {
                    throw new ContentRefusedException(
                            generation,
                            uid(from),
                            "DigestMismatch",
                            "It holds another state than the one that was saved there.");
                }
            }
        }
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
                .withData(from.getData())
                .build();
        client.resource(secret).create();
    }

    private static String uid(Secret secret) {
        return secret.getMetadata().getUid();
    }

    public void delete(String name) {
        client.secrets().inNamespace(namespace).withName(name).delete();
    }

    private static String name(String domainUuid, String node, Digest digest) {
        return "delivery-%s-%s-%s".formatted(domainUuid, Integer.toHexString(node.hashCode()), digest.brief());
    }
}
