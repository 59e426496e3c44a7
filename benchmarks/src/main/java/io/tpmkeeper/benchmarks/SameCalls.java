package io.tpmkeeper.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tpmkeeper.e2e.Deployment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The peer of P2: a raw client that makes, one after the other and nothing between them, the calls that TPM Keeper's programs made
 * during a save, with the very bodies that they sent, against the likeness of what that save found. Of what it gets it looks only at
 * what a later call needs: an object's version.
 */
final class SameCalls implements AutoCloseable {
    private record Version(String uid, String resourceVersion) {}

    /** @param uri of the likeness */
    private record Prepared(
            ApiCall call,
            String uri,
            String object,
            @Nullable JsonNode body) {}

    private final Wire wire;
    private final Likeness likeness;
    private final Map<String, Version> known = new HashMap<>();

    /** @param owner the namespace of the VmTpmState */
    SameCalls(Deployment deployment, String owner) {
        this.wire = new Wire(deployment.client());
        this.likeness = new Likeness(deployment.client(), wire, owner);
        likeness.prepare();
    }

    /** What is there before a save. */
    List<List<JsonNode>> look() {
        return likeness.look();
    }

    /**
     * Makes them again.
     *
     * @param before what was there before them
     * @return milliseconds
     */
    double replay(List<ApiCall> calls, List<List<JsonNode>> before) {
        known.clear();
        likeness.become(before).forEach(made -> note(made.json()));
        List<Prepared> prepared = calls.stream().map(this::prepared).toList();
        long began = System.nanoTime();
        for (Prepared each : prepared) {
            again(each);
        }
        return (System.nanoTime() - began) / 1e6;
    }

    private Prepared prepared(ApiCall call) {
        String uri = likeness.like(call.uri());
        JsonNode body = call.body() == null
                ? null
                : Wire.parsed(likeness.like(call.body().toString()));
        String path = uri.replaceAll("\\?.*", "").replaceAll("/status$", "");
        String object = call.verb().equals("create")
                ? path + "/"
                        + Objects.requireNonNull(body)
                                .path("metadata")
                                .path("name")
                                .asText()
                : path;
        return new Prepared(call, uri, object, body);
    }

    private void again(Prepared each) {
        ApiCall call = each.call();
        Wire.Answer answer = wire.call(
                call.method(),
                each.uri(),
                call.applies() ? Wire.APPLY : Wire.JSON,
                each.body() == null ? null : current(each),
                call.metadataOnly());
        if (call.answer() < 300) {
            answer.orThrow();
            // A client that will write what it has read looks into the answer.
            if (!call.verb().equals("list") && !call.verb().equals("delete")) {
                note(answer.json());
            }
        }
    }

    /** With the version of the likeness where the call was sent with one. */
    private JsonNode current(Prepared each) {
        JsonNode body = Objects.requireNonNull(each.body());
        Version version = known.get(each.object());
        if (version == null || each.call().verb().equals("create")) {
            return body;
        }
        for (String holder : List.of("metadata", "preconditions")) {
            if (body.get(holder) instanceof ObjectNode fields) {
                if (fields.has("resourceVersion")) {
                    fields.put("resourceVersion", version.resourceVersion());
                }
                if (fields.has("uid")) {
                    fields.put("uid", version.uid());
                }
            }
        }
        return body;
    }

    private void note(JsonNode object) {
        JsonNode meta = object.path("metadata");
        String name = meta.path("name").asText();
        known.put(
                path(object, name),
                new Version(
                        meta.path("uid").asText(), meta.path("resourceVersion").asText()));
    }

    /** As its calls name it. */
    private static String path(JsonNode object, String name) {
        String version = object.path("apiVersion").asText();
        String namespace = object.path("metadata").path("namespace").asText();
        String kind = object.path("kind").asText().toLowerCase(Locale.ROOT);
        return (version.contains("/") ? "/apis/" : "/api/")
                + version
                + (namespace.isEmpty() ? "" : "/namespaces/" + namespace)
                + "/"
                + (kind.endsWith("s") ? kind + "es" : kind + "s")
                + "/"
                + name;
    }

    /** The calls by their names, each with how often it was made and how much was sent. */
    static List<String> told(List<ApiCall> calls) {
        Map<String, List<ApiCall>> byName =
                calls.stream().collect(Collectors.groupingBy(ApiCall::name, TreeMap::new, Collectors.toList()));
        List<String> lines = new ArrayList<>();
        byName.forEach((name, same) -> {
            int sent = same.stream()
                    .mapToInt(c -> c.body() == null ? 0 : c.body().toString().length())
                    .sum();
            lines.add("%2d %s%s".formatted(same.size(), name, sent == 0 ? "" : ", " + sent + " bytes sent"));
        });
        return lines;
    }

    @Override
    public void close() {
        likeness.close();
    }
}
