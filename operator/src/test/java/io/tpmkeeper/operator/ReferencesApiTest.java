package io.tpmkeeper.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Secret;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.bundle.BundleReader;
import io.tpmkeeper.bundle.Checked;
import io.tpmkeeper.protocol.DeletionPolicy;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A file that did not change is stored once, on a real API server. */
class ReferencesApiTest extends OperatorOnCluster {
    /** As little as a class can keep: what is pruned by mistake is missed at once. */
    @BeforeEach
    void keepOne() {
        client.resource("""
                        apiVersion: tpmkeeper.io/v1alpha1
                        kind: VmTpmClass
                        metadata: {name: keep-one, annotations: {tpmkeeper.io/is-default-class: "true"}}
                        spec: {retention: {keepLast: 1, keepDaily: 0, keepWeekly: 0}}
                        """).createOr(r -> r.update());
    }

    @Test
    void stopThatChangesTheTpmAloneStoresTheTpmAloneAndAStartElsewhereGetsBoth() {
        bound("vm");
        VmTpmStateStatus.Generation first = saved(State.blank().changed(1));
        saved(State.blank().changed(2));
        VmTpmStateStatus.Generation third = saved(State.blank().changed(3));

        assertThat(secret(first).getData()).containsOnlyKeys("manifest.json", "tpm.tar.zst", "nvram.tar.zst");
        Secret last = secret(third);
        assertThat(last.getData()).containsOnlyKeys("manifest.json", "tpm.tar.zst");
        assertThat(text(last, "manifest.json")).contains("\"secret\":\"" + first.secretName() + "\"");
        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            assertThat(generations())
                    .as("the second is pruned; the first is too old, too, and is referred to")
                    .extracting(g -> g.getMetadata().getName())
                    .containsExactlyInAnyOrder(first.secretName(), third.secretName());
        });
        assertThat(secret(first).getMetadata().getFinalizers()).isNotEmpty();

        hostB.defines("vm", namespace);
        hostB.asks();
        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            assertThat(hostB.facts().line()).isNotNull();
            hostB.asks();
            assertThat(deliveries()).hasSize(1);
        });
        Secret delivery = deliveries().getFirst();
        assertThat(delivery.getData()).containsOnlyKeys("manifest.json", "tpm.tar.zst", "nvram.tar.zst");
        assertThat(new BundleReader().verify(raw(delivery), Map.of(), UUID.fromString(uuid)))
                .isInstanceOfSatisfying(
                        Checked.Accepted.class,
                        accepted -> assertThat(((BundleReader.VerifiedBundle) accepted.value())
                                        .bundle()
                                        .manifest()
                                        .digest())
                                .isEqualTo(third.digest()));
    }

    @Test
    void secretThatIsReferredToAndDeletedByHandIsNotMissed() {
        bound("vm");
        VmTpmStateStatus.Generation first = saved(State.blank().changed(1));
        VmTpmStateStatus.Generation second = saved(State.blank().changed(2));

        client.secrets().inNamespace(namespace).withName(first.secretName()).delete();

        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            VmTpmStateStatus.Generation now = current(status("vm"));
            assertThat(now.secretName()).isNotEqualTo(second.secretName());
            assertThat(now.digest()).isEqualTo(second.digest());
            assertThat(secret(now).getData()).containsOnlyKeys("manifest.json", "tpm.tar.zst", "nvram.tar.zst");
            assertThat(generations()).extracting(g -> g.getMetadata().getName()).containsExactly(now.secretName());
        });
    }

    @Test
    void deleteTakesWhatIsReferredToAsWell() {
        bound("vm", DeletionPolicy.DELETE);
        saved(State.blank().changed(1));
        saved(State.blank().changed(2));
        assertThat(generations()).hasSize(2);

        client.resources(VmTpmState.class).inNamespace(namespace).withName("vm").delete();

        untilGone("vm");
        assertThat(generations()).isEmpty();
    }

    private Secret secret(VmTpmStateStatus.Generation generation) {
        return client.secrets()
                .inNamespace(namespace)
                .withName(generation.secretName())
                .require();
    }

    private static Map<String, byte[]> raw(Secret secret) {
        return secret.getData().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, e -> Base64.getDecoder().decode(e.getValue())));
    }

    private static String text(Secret secret, String key) {
        return new String(Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
    }

    private List<Secret> deliveries() {
        return client.secrets()
                .inNamespace("tpm-keeper-agents")
                .withLabels(Map.of("tpmkeeper.io/kind", "delivery", "tpmkeeper.io/domain-uuid", uuid))
                .list()
                .getItems();
    }
}
