package io.tpmkeeper.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateSpec;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Version;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the operator does, by a real API server and under the very rights that it is installed with. */
class OperatorApiTest extends OperatorOnCluster {
    @Test
    void vmTpmStateIsBoundOnceTheDomainProvesWhoseItIs() {
        apply("vm", null);
        Condition waits = until("vm", ConditionType.BOUND, c -> c.reason().equals("DomainNotFound"));
        assertThat(waits.status()).isEqualTo(Condition.Status.FALSE);

        hostA.defines("win11", null);
        Condition unproven = until("vm", ConditionType.BOUND, c -> c.reason().equals("ClaimNotProven"));
        assertThat(unproven.message())
                .contains(
                        "virsh metadata win11 --uri https://tpmkeeper.io/domain/v1 --key tpmkeeper --set '<owner namespace=\""
                                + namespace + "\"/>' --config");

        hostA.defines("win11", namespace);
        until("vm", ConditionType.BOUND, c -> c.status() == Condition.Status.TRUE);
        until("vm", ConditionType.READY, c -> c.reason().equals("Protected"));
        assertThat(record().getMetadata().getLabels()).containsEntry("tpmkeeper.io/guard", "enforce");
    }

    @Test
    void secondVmTpmStateForTheDomainIsRefusedAndTheFirstGoesOn() {
        bound("vm");
        apply("other", null);

        Condition refused = until("other", ConditionType.BOUND, c -> c.reason().equals("ClaimedByAnother"));

        assertThat(refused.message()).contains("VmTpmState vm already has the domain");
        assertThat(condition("vm", ConditionType.BOUND)).isEqualTo(Condition.Status.TRUE);
    }

    @Test
    void missingClassIsNamed() {
        VmTpmState state = new VmTpmState();
        state.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName("vm").build());
        state.setSpec(new VmTpmStateSpec(VmTpmStateSpec.ofDomain(uuid).target(), "platinum", null, null));
        client.resource(state).create();

        Condition refused = until("vm", ConditionType.READY, c -> c.reason().equals("ClassNotFound"));

        assertThat(refused.message()).contains("There is no VmTpmClass platinum");
        assertThat(condition("vm", ConditionType.STALLED)).isEqualTo(Condition.Status.TRUE);
    }

    @Test
    void stateIsSavedAfterAStopAndFollowsTheDomainToAnotherNode() {
        bound("vm");
        running(hostA);
        State left = State.blank().changed(1);
        Digest digest = hostA.stops(left);
        hostA.uploads(left);

        VmTpmStateStatus saved = untilState("vm", HostState.RELEASED);
        assertThat(current(saved).digest()).isEqualTo(digest);
        assertThat(current(saved).generation()).isEqualTo(1);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(inbox()).isEmpty());

        hostB.defines("vm", namespace);
        hostB.asks();
        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            assertThat(hostB.facts().line()).isNotNull();
            assertThat(hostB.line().isHeld()).isTrue();
        });
        assertThat(hostB.line().tip()).isEqualTo(digest);
        assertThat(hostA.line().isHeld()).isFalse();
        assertThat(Objects.requireNonNull(untilState("vm", HostState.GRANTED, HostState.RELEASED)
                                .host())
                        .node())
                .isEqualTo("host-b");
    }

    @Test
    void uploadThatWasReplacedByHandNeverBecomesCurrent() {
        bound("vm");
        Digest first = saved(State.blank().changed(1)).digest();

        running(hostA);
        State next = State.blank().changed(2);
        hostA.stops(next);
        Secret forged = hostA.upload(
                next,
                hostA.facts().entries().getLast().version(),
                record().getMetadata().getUid());
        forged.getData().put("tpm.tar.zst", forged.getData().get("nvram.tar.zst"));
        client.resource(forged).create();

        Condition refused = until("vm", ConditionType.READY, c -> c.reason().equals("CaptureRefused"));
        assertThat(refused.message()).contains("host-a").contains("last good generation stays");
        assertThat(current(status("vm")).digest()).isEqualTo(first);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(inbox()).isEmpty());
    }

    @Test
    void uploadWithoutAManifestIsNamedAndItsNodeSendsTheCaptureAgain() {
        bound("vm");
        running(hostA);
        State left = State.blank().changed(1);
        Digest digest = hostA.stops(left);
        Secret gutted = hostA.upload(
                left,
                hostA.facts().entries().getLast().version(),
                record().getMetadata().getUid());
        gutted.getData().remove("manifest.json");
        client.resource(gutted).create();

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(inbox()).isEmpty());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(events())
                        .anyMatch(e -> e.getReason().equals("CaptureRefused")
                                && e.getNote().contains("ManifestMissing")));
        hostA.uploads(left);

        assertThat(current(untilState("vm", HostState.RELEASED)).digest()).isEqualTo(digest);
    }

    @Test
    void captureOfAnOffLineRunIsKeptAsACandidateAndNothingMore() {
        bound("vm");
        VmTpmStateStatus.Generation saved = saved(State.blank().changed(1));
        Secret offline = hostA.upload(
                State.blank().changed(2),
                new Version(1, 1),
                record().getMetadata().getUid());
        offline.getMetadata().getAnnotations().remove("tpmkeeper.io/online");
        client.resource(offline).create();

        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            assertThat(inbox()).isEmpty();
        });

        assertThat(generations())
                .filteredOn(g -> g.getMetadata().getAnnotations().containsKey("tpmkeeper.io/candidate"))
                .singleElement()
                .satisfies(g -> assertThat(g.getMetadata().getName()).isNotEqualTo(saved.secretName()));
        assertThat(current(status("vm")).secretName()).isEqualTo(saved.secretName());
    }

    @Test
    void domainWithoutATpmIsRefusedByName() {
        apply("vm", null);
        hostA.definesWithoutTpm("win11", namespace);

        Condition refused = until("vm", ConditionType.BOUND, c -> c.reason().equals("NoTpm"));

        assertThat(refused.message()).contains("win11 on host-a has no TPM");
        assertThat(condition("vm", ConditionType.STALLED)).isEqualTo(Condition.Status.TRUE);
    }

    /** Immutable as it is, a Secret can be deleted and made again with other content under the same name. */
    @Test
    void generationThatIsReplacedByHandIsNotDeliveredAndIsFetchedAgainFromItsHost() {
        bound("vm");
        State good = State.blank().changed(1);
        VmTpmStateStatus.Generation saved = saved(good);
        Digest digest = saved.digest();
        replace(saved.secretName());

        hostB.defines("vm", namespace);
        hostB.asks();
        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            assertThat(hostA.wanted()).as("asked for again").isEqualTo(digest);
            assertThat(events())
                    .anyMatch(e -> e.getReason().equals("GenerationRefused")
                            && e.getNote().contains("is not what was saved"));
        });
        hostA.uploadsAgain(good);
        hostB.asks();

        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            assertThat(current(status("vm")).secretName()).isNotEqualTo(saved.secretName());
            assertThat(deliveries())
                    .singleElement()
                    .satisfies(d -> assertThat(d.getMetadata().getAnnotations())
                            .containsEntry("tpmkeeper.io/digest", digest.hex()));
        });
    }

    private void replace(String secretName) {
        Secret secret =
                client.secrets().inNamespace(namespace).withName(secretName).get();
        Secret forged = new SecretBuilder(secret).build();
        forged.getData().put("tpm.tar.zst", secret.getData().get("nvram.tar.zst"));
        forged.getMetadata().setUid(null);
        forged.getMetadata().setResourceVersion(null);
        deleteByForce(secretName);
        client.resource(forged).create();
    }

    private List<Secret> deliveries() {
        return client.secrets()
                .inNamespace("tpm-keeper-agents")
                .withLabels(Map.of("tpmkeeper.io/kind", "delivery", "tpmkeeper.io/domain-uuid", uuid))
                .list()
                .getItems();
    }

    @Test
    void generationThatIsDeletedByHandIsMadeAgain() {
        bound("vm");
        VmTpmStateStatus.Generation before = saved(State.blank().changed(1));

        client.secrets().inNamespace(namespace).withName(before.secretName()).delete();

        await().atMost(PATIENCE).untilAsserted(() -> {
            VmTpmStateStatus.Generation now = current(status("vm"));
            assertThat(now.secretName()).isNotEqualTo(before.secretName());
            assertThat(now.digest()).isEqualTo(before.digest());
            assertThat(client.secrets()
                            .inNamespace(namespace)
                            .withName(now.secretName())
                            .get())
                    .isNotNull();
        });
    }

    @Test
    void retainKeepsTheGenerationsAndIsAdoptedByAVmTpmStateMadeAgain() {
        bound("vm");
        Digest digest = saved(State.blank().changed(1)).digest();

        client.resources(VmTpmState.class).inNamespace(namespace).withName("vm").delete();
        untilGone("vm");
        assertThat(generations()).hasSize(1);
        assertThat(grants()).isEmpty();
        assertThat(record().getMetadata().getLabels()).doesNotContainKey("tpmkeeper.io/guard");

        apply("vm", null);
        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            assertThat(condition("vm", ConditionType.BOUND)).isEqualTo(Condition.Status.TRUE);
        });
        hostB.defines("vm", namespace);
        hostB.asks();
        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            assertThat(hostB.facts().line()).isNotNull();
        });
        assertThat(hostB.line().tip()).isEqualTo(digest);
    }

    @Test
    void deleteRemovesTheGenerationsOnlyAfterTheDomainHasStopped() {
        bound("vm", DeletionPolicy.DELETE);
        saved(State.blank().changed(1));
        running(hostA);

        client.resources(VmTpmState.class).inNamespace(namespace).withName("vm").delete();
        until("vm", ConditionType.READY, c -> c.reason().equals("DeletionWaitsForStop"));
        assertThat(generations()).hasSize(1);

        State last = State.blank().changed(2);
        hostA.stops(last);
        untilGone("vm");
        assertThat(generations()).isEmpty();
        assertThat(grants()).isEmpty();
        assertThat(client.resources(VmTpmRecord.class).withName(uuid).get()).isNull();
    }
}
