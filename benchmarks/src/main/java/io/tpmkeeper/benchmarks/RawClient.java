package io.tpmkeeper.benchmarks;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateSpec;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.e2e.Deployment;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * Does what a save cannot do without, one call after the other and nothing between them, with Fabric8's client and Secrets of
 * a save's size. In a namespace that nobody owns a domain in, so that the operator does nothing about it.
 */
final class RawClient implements AutoCloseable {
    static final List<String> CALLS = List.of(
            "GET the upload (is it there?)",
            "POST the upload",
            "LIST the inbox",
            "LIST the generations",
            "POST the generation",
            "PUT the record's status",
            "PATCH the VmTpmState's status");

    private static final String NAMESPACE = "bench-raw";
    /** What a guest's TPM and NVRAM have after zstd. */
    private static final int PACKED_BYTES = 9_000;

    private final KubernetesClient client;
    private final Random random = new Random(1);
    private int saves;

    RawClient(Deployment deployment) {
        client = deployment.client();
        deployment.createNamespace(NAMESPACE);
        client.resource(secret("record")).create();
        VmTpmState state = new VmTpmState();
        state.getMetadata().setNamespace(NAMESPACE);
        state.getMetadata().setName("state");
        state.setSpec(VmTpmStateSpec.ofDomain(UUID.randomUUID().toString()));
        client.resource(state).create();
    }

    /** @return milliseconds */
    double save() {
        saves++;
        Secret upload = secret("upload-" + saves);
        Secret generation = secret("generation-" + saves);
        VmTpmState state = new VmTpmState();
        state.getMetadata().setNamespace(NAMESPACE);
        state.getMetadata().setName("state");
        state.setStatus(VmTpmStateStatus.EMPTY);
        long began = System.nanoTime();
        client.secrets()
                .inNamespace(NAMESPACE)
                .withName(upload.getMetadata().getName())
                .get();
        client.resource(upload).create();
        client.secrets().inNamespace(NAMESPACE).withLabel("kind", "upload").list();
        client.secrets().inNamespace(NAMESPACE).withLabel("kind", "generation").list();
        client.resource(generation).create();
        client.resource(secret("record")).update();
        client.resource(state)
                .subresource("status")
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("bench")
                        .withForce(true)
                        .build());
        double millis = (System.nanoTime() - began) / 1e6;
        client.resource(upload).delete();
        client.resource(generation).delete();
        return millis;
    }

    private Secret secret(String name) {
        byte[] packed = new byte[PACKED_BYTES];
        random.nextBytes(packed);
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(name)
                .addToLabels("kind", name.replaceAll("-.*", ""))
                .endMetadata()
                .addToData("state", Base64.getEncoder().encodeToString(packed))
                .build();
    }

    @Override
    public void close() {
        client.namespaces().withName(NAMESPACE).delete();
    }
}
