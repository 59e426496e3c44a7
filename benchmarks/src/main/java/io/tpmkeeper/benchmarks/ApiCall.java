package io.tpmkeeper.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call that the API server wrote down.
 *
 * @param user who called
 * @param uri path and query
 * @param resource what was called, with the subresource behind a slash
 * @param body what was sent; null: nothing
 * @param metadataOnly whether objects were asked for without their content
 */
record ApiCall(
        Instant began,
        String user,
        String verb,
        String uri,
        String resource,
        @Nullable JsonNode body,
        int answer,
        boolean metadataOnly) {
    private static final Map<String, String> METHODS =
            Map.of("create", "POST", "update", "PUT", "patch", "PATCH", "delete", "DELETE");

    /** @param event a line of the audit log */
    static ApiCall of(JsonNode event) {
        JsonNode object = event.path("objectRef");
        String subresource = object.path("subresource").asText();
        JsonNode body = event.path("requestObject");
        return new ApiCall(
                Instant.parse(event.path("requestReceivedTimestamp").asText()),
                event.path("user").path("username").asText(),
                event.path("verb").asText(),
                event.path("requestURI").asText(),
                object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
                body.isMissingNode() || body.isNull() ? null : body,
                event.path("responseStatus").path("code").asInt(),
                event.path("responseObject").path("kind").asText().startsWith("PartialObjectMetadata"));
    }

    String method() {
        return METHODS.getOrDefault(verb, "GET");
    }

    /** The fields that are sent are those that the caller wants to be so, and no others of its. */
    boolean applies() {
        return verb.equals("patch") && uri.contains("fieldManager=") && uri.contains("force=true");
    }

    /** As a person names it. */
    String name() {
        return "%s %s%s"
                .formatted(verb.toUpperCase(Locale.ROOT), resource, metadataOnly ? " (without their content)" : "");
    }
}
