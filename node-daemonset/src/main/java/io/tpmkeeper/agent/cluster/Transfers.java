package io.tpmkeeper.agent.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.SecretList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.tpmkeeper.api.Marks;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** State on its way between this node and the operator: Secrets in the agents' namespace. */
final class Transfers {
    private static final int CONFLICT = 409;

    private final KubernetesClient client;
    private final String node;
    private final String namespace;
    private final ObjectMapper json = new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    Transfers(KubernetesClient client, String node, String namespace) {
        this.client = client;
        this.node = node;
        this.namespace = namespace;
    }

    /** Deliveries for this node, of every domain. */
    FilterWatchListDeletable<Secret, SecretList, Resource<Secret>> forThisNode() {
        return client.secrets()
                .inNamespace(namespace)
                .withLabel(Marks.KIND, Marks.KIND_DELIVERY)
                .withLabel(Marks.NODE, node);
    }

    List<Map<String, byte[]>> deliveries(String domainUuid) {
        return forThisNode().withLabel(Marks.DOMAIN, domainUuid).list().getItems().stream()
                .map(Transfers::data)
                .toList();
    }

    boolean isUploaded(String name) {
        return client.secrets().inNamespace(namespace).withName(name).get() != null;
    }

    /** Sent twice, the first stays. */
    String upload(Upload upload) {
        SecretBuilder secret = new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(upload.name())
                .addToLabels("app.kubernetes.io/managed-by", "tpm-keeper")
                .addToLabels(Marks.KIND, Marks.KIND_INBOX)
                .addToLabels(Marks.DOMAIN, upload.domainUuid())
                .addToLabels(Marks.NODE, node)
                .addToAnnotations(Marks.STEPS, steps(upload))
                .endMetadata()
                .withType(Marks.TYPE)
                .withImmutable(true);
        if (upload.online()) {
            secret.editMetadata().addToAnnotations(Marks.ONLINE, "true").endMetadata();
        }
        upload.data()
                .forEach((key, value) ->
                        secret.addToData(key, Base64.getEncoder().encodeToString(value)));
        try {
            client.resource(secret.build()).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
        return upload.name();
    }

    private String steps(Upload upload) {
        try {
            return json.writeValueAsString(upload.steps());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("steps are plain values", e);
        }
    }

    private static Map<String, byte[]> data(Secret secret) {
        Map<String, byte[]> data = new TreeMap<>();
        secret.getData()
                .forEach((key, value) -> data.put(key, Base64.getDecoder().decode(value)));
        return data;
    }
}
