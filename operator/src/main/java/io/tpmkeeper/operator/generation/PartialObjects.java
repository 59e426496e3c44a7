package io.tpmkeeper.operator.generation;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;

/**
 * Makes a client see Secrets without their data: the API server then sends metadata only (Accept header {@code
 * as=PartialObjectMetadata}), so TPM content never fills the operator's heap. For a client of its own that only lists and
 * watches: what it reads must not be written back.
 */
public final class PartialObjects implements Interceptor {
    private static final String LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    private static final String ONE = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

    private PartialObjects() {}

    /** A client whose Secrets have no data. */
    public static KubernetesClient client(Config config) {
        // An empty list of partial objects comes as "items": null (Kubernetes 1.36), which informers do not expect.
        ObjectMapper mapper = new ObjectMapper();
        mapper.configOverride(List.class).setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withKubernetesSerialization(new KubernetesSerialization(mapper, true))
                .withHttpClientBuilderConsumer(b -> b.addOrReplaceInterceptor("metadata-only", new PartialObjects()))
                .build();
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        String uri = request.uri().toString();
        if (uri.contains("/secrets")) {
            builder.setHeader("Accept", uri.contains("watch=true") ? ONE : LIST);
        }
    }
}
