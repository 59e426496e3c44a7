package io.tpmkeeper.operator.generation;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.api.Marks;
import io.tpmkeeper.protocol.operator.World;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What of a domain is on its way, in the agents' namespace: uploads and deliveries by one call, with their content. Uploads are
 * verified, and a delivery lies there only while one start waits for it: reading it, too, costs less than another call at each look.
 */
public final class Transit {
    private final KubernetesClient client;
    private final String namespace;
    private final Uploads uploads;

    /** @param namespace of the agents */
    public Transit(KubernetesClient client, String namespace, Uploads uploads) {
        this.client = client;
        this.namespace = namespace;
        this.uploads = uploads;
    }

    /** What lies there, at one moment. */
    public record Found(Uploads.Inbox inbox, List<World.Delivery> deliveries) {}

    /** Read live; every upload is verified. */
    public Found of(String domainUuid) {
        Map<String, List<Secret>> byKind = client
                .secrets()
                .inNamespace(namespace)
                .withLabel(Marks.DOMAIN, domainUuid)
                .withLabelIn(Marks.KIND, Marks.KIND_INBOX, Marks.KIND_DELIVERY)
                .list()
                .getItems()
                .stream()
                .collect(Collectors.groupingBy(s -> s.getMetadata().getLabels().get(Marks.KIND)));
        return new Found(
                uploads.verified(domainUuid, byKind.getOrDefault(Marks.KIND_INBOX, List.of())),
                byKind.getOrDefault(Marks.KIND_DELIVERY, List.of()).stream()
                        .flatMap(Deliveries::delivery)
                        .toList());
    }
}
