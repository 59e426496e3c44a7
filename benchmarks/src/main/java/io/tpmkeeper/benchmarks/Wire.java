package io.tpmkeeper.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Calls as they go over the wire, by Fabric8's HTTP client and its connections, which are kept open. */
final class Wire {
    static final String JSON = "application/json";
    static final String APPLY = "application/apply-patch+yaml";
    static final String MERGE = "application/merge-patch+json";
    private static final String METADATA = "application/json;as=PartialObjectMetadata%s;g=meta.k8s.io;v=v1";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http;
    private final String server;

    Wire(KubernetesClient client) {
        this.http = client.getHttpClient();
        this.server = client.getMasterUrl().toString().replaceAll("/$", "");
    }

    /** What the API server answered. */
    record Answer(int code, byte[] body) {
        JsonNode json() {
            return parsed(new String(body, StandardCharsets.UTF_8));
        }

        Answer orThrow() {
            if (code >= 300) {
                throw new IllegalStateException(code + ": " + new String(body, StandardCharsets.UTF_8));
            }
            return this;
        }
    }

    /** @param uri path and query */
    Answer call(String method, String uri, String type, @Nullable JsonNode body, boolean metadataOnly) {
        HttpRequest request = http.newHttpRequestBuilder()
                .uri(server + uri)
                .header("Accept", metadataOnly ? METADATA.formatted("List") : JSON)
                .method(method, type, body == null ? null : body.toString())
                .build();
        HttpResponse<byte[]> response = http.sendAsync(request, byte[].class).join();
        return new Answer(response.code(), response.body());
    }

    Answer call(String method, String uri, @Nullable JsonNode body) {
        return call(method, uri, JSON, body, false);
    }

    static JsonNode parsed(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON", e);
        }
    }
}
