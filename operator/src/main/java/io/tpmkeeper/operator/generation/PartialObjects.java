package io.tpmkeeper.operator.generation;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;

/**
 * Makes a client see Secrets without their data: the API server then sends metadata only (Accept header {@code
 * as=PartialObjectMetadata}), so TPM content never fills the operator's heap. For a client of its own that only lists and
 * watches: what it reads must not be written back.
 */
public final class PartialObjects implements Interceptor {
    private static final String LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    private static final String ONE = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        String uri = request.uri().toString();
        if (uri.contains("/secrets")) {
            builder.setHeader("Accept", uri.contains("watch=true") ? ONE : LIST);
        }
    }
}
