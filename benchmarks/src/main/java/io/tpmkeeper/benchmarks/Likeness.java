package io.tpmkeeper.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The objects that a save finds, once more: of the same kinds, names and sizes, under an API group and in namespaces that nobody
 * watches, so that TPM Keeper does nothing about them. Group and namespaces have names as long as those that they stand for.
 */
final class Likeness implements AutoCloseable {
    private static final String GROUP = "tpmkeeper.io";
    private static final String AGENTS = "tpm-keeper-agents";
    private static final String LIKE_GROUP = "tpmk-peer.io";
    private static final String LIKE_AGENTS = "bench-peer-agents";
    private static final String LIKE_OWNER = "peers";
    /** What the API server sets by itself. */
    private static final Set<String> SET_BY_THE_SERVER =
            Set.of("uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "selfLink");

    private final KubernetesClient client;
    private final Wire wire;
    private final String owner;
    private final List<String> lists;

    /** @param owner the namespace of the VmTpmState */
    Likeness(KubernetesClient client, Wire wire, String owner) {
        this.client = client;
        this.wire = wire;
        this.owner = owner;
        String own = "/apis/" + GROUP + "/v1alpha1/";
        this.lists = List.of(
                own + "vmtpmclasses",
                own + "vmtpmnodes",
                own + "vmtpmrecords",
                own + "vmtpmgrants",
                own + "namespaces/" + owner + "/vmtpmstates",
                "/api/v1/namespaces/" + owner + "/secrets?labelSelector=" + GROUP + "%2Fkind",
                "/api/v1/namespaces/" + AGENTS + "/secrets?labelSelector=" + GROUP + "%2Fkind");
    }

    /** Makes the kinds and the namespaces. */
    void prepare() {
        for (String namespace : List.of(LIKE_OWNER, LIKE_AGENTS)) {
            wire.call(
                            "POST",
                            "/api/v1/namespaces",
                            Wire.parsed("{\"metadata\":{\"name\":\"%s\"}}".formatted(namespace)))
                    .orThrow();
        }
        var definitions = client.apiextensions().v1().customResourceDefinitions();
        definitions.list().getItems().stream()
                .filter(d -> d.getSpec().getGroup().equals(GROUP))
                .map(d -> Wire.parsed(like(Serialization.asJson(d))))
                .forEach(d -> wire.call(
                                "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", unmade(d, false))
                        .orThrow());
        Awaitility.await("the kinds are served")
                .until(() -> lists.stream()
                        .allMatch(l -> wire.call("GET", like(l), null).code() < 300));
    }

    /** The same text of the likeness. */
    String like(String text) {
        return text.replaceAll("\\b" + owner + "\\b", LIKE_OWNER)
                .replace(GROUP, LIKE_GROUP)
                .replace(AGENTS, LIKE_AGENTS);
    }

    /** What there is now, by where it is listed. */
    List<List<JsonNode>> look() {
        return lists.stream().map(this::listed).toList();
    }

    /** Takes everything away that a replay left, and makes what there was then. */
    List<Wire.Answer> become(List<List<JsonNode>> then) {
        lists.forEach(l -> clear(like(l)));
        List<Wire.Answer> made = new ArrayList<>();
        for (int i = 0; i < lists.size(); i++) {
            String collection = like(lists.get(i)).replaceAll("\\?.*", "");
            for (JsonNode object : then.get(i)) {
                made.add(make(collection, Wire.parsed(like(object.toString()))));
            }
        }
        return made;
    }

    private Wire.Answer make(String collection, JsonNode object) {
        Wire.Answer made = wire.call("POST", collection, unmade(object, true)).orThrow();
        if (!object.has("status")) {
            return made;
        }
        String uri = collection + "/" + object.path("metadata").path("name").asText() + "/status";
        String manager = applier(object);
        ObjectNode status = unmade(object, true);
        if (manager == null) {
            ((ObjectNode) status.get("metadata"))
                    .set("resourceVersion", made.json().path("metadata").path("resourceVersion"));
            return wire.call("PUT", uri, status).orThrow();
        }
        return wire.call(
                        "PATCH",
                        uri + "?fieldManager=" + manager + "&force=true",
                        Wire.APPLY,
                        status.retain("apiVersion", "kind", "metadata", "status"),
                        false)
                .orThrow();
    }

    /** Who applied the status; the likeness of it belongs to the same, so that the next application is the same work. */
    private static @Nullable String applier(JsonNode object) {
        return StreamSupport.stream(
                        object.path("metadata").path("managedFields").spliterator(), false)
                .filter(f -> f.path("subresource").asText().equals("status"))
                .filter(f -> f.path("operation").asText().equals("Apply"))
                .map(f -> f.path("manager").asText())
                .findFirst()
                .orElse(null);
    }

    /** @param withStatus what a status subresource ignores is sent, too */
    private static ObjectNode unmade(JsonNode object, boolean withStatus) {
        ObjectNode unmade = object.deepCopy();
        ((ObjectNode) unmade.get("metadata")).remove(SET_BY_THE_SERVER);
        return withStatus ? unmade : unmade.without("status");
    }

    private void clear(String list) {
        String collection = list.replaceAll("\\?.*", "");
        for (JsonNode object : listed(list)) {
            String uri = collection + "/" + object.path("metadata").path("name").asText();
            if (object.path("metadata").has("finalizers")) {
                wire.call("PATCH", uri, Wire.MERGE, Wire.parsed("{\"metadata\":{\"finalizers\":null}}"), false)
                        .orThrow();
            }
            int code = wire.call("DELETE", uri, null).code();
            if (code >= 300 && code != 404) {
                throw new IllegalStateException(uri + " stays: " + code);
            }
        }
    }

    /** The items of a list bear no kind of their own. */
    private List<JsonNode> listed(String uri) {
        JsonNode list = wire.call("GET", uri, null).orThrow().json();
        List<JsonNode> objects = new ArrayList<>();
        for (JsonNode item : list.path("items")) {
            ObjectNode object = item.deepCopy();
            object.set("apiVersion", list.get("apiVersion"));
            object.put("kind", list.path("kind").asText().replaceAll("List$", ""));
            objects.add(object);
        }
        return objects;
    }

    @Override
    public void close() {
        lists.forEach(l -> clear(like(l)));
        client.namespaces().withName(LIKE_OWNER).delete();
        client.namespaces().withName(LIKE_AGENTS).delete();
    }
}
