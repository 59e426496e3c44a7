package io.tpmkeeper.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Digest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What keeps the API server from taking a generation is named for what it is, and lifted, everything goes on. */
class RefusedGenerationApiTest extends OperatorOnCluster {
    @Test
    void aQuotaThatRefusesAGenerationIsNamedAndNothingIsLostWhenItIsLifted() {
        bound("vm");
        running(hostA);
        ResourceQuota quota = noSecretsMore();
        State left = State.blank().changed(1);
        Digest digest = hostA.stops(left);
        hostA.uploads(left);

        Condition saved = until("vm", ConditionType.SAVED, c -> c.reason().equals("GenerationNotWritten"));
        assertThat(saved.status()).isEqualTo(Condition.Status.FALSE);
        assertThat(saved.message())
                .contains("exceeded quota: no-secrets-more", "count/secrets", "The newest state is safe on host-a");
        assertThat(ready("GenerationNotWritten").status()).isEqualTo(Condition.Status.FALSE);
        assertThat(condition("vm", ConditionType.STALLED)).isEqualTo(Condition.Status.TRUE);
        assertThat(inbox()).hasSize(1);

        client.resource(quota).delete();

        VmTpmStateStatus promoted = untilState("vm", HostState.RELEASED);
        assertThat(current(promoted).digest()).isEqualTo(digest);
        assertThat(current(promoted).generation()).isEqualTo(1);
        ready("Saved");
        assertThat(condition("vm", ConditionType.STALLED)).isNull();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(inbox()).isEmpty());
        assertThat(told())
                .as("once, and not at each try")
                .singleElement()
                .satisfies(e -> assertThat(e.getType()).isEqualTo("Warning"));
    }

    @Test
    void aQuotaThatRefusesACopyOfWhatSomebodyDeletesIsNamedAndTheCopyIsMadeWhenItIsLifted() {
        bound("vm");
        VmTpmStateStatus.Generation before = saved(State.blank().changed(1));
        ResourceQuota quota = noSecretsMore();

        client.secrets().inNamespace(namespace).withName(before.secretName()).delete();

        assertThat(ready("GenerationNotWritten").message()).contains("exceeded quota: no-secrets-more");

        client.resource(quota).delete();

        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            VmTpmStateStatus.Generation now = current(status("vm"));
            assertThat(now.secretName()).isNotEqualTo(before.secretName());
            assertThat(now.digest()).isEqualTo(before.digest());
        });
        ready("Saved");
    }

    @Test
    void aQuotaThatRefusesAGenerationKeepsNoDeletionFromGoingOn() {
        apply("vm", DeletionPolicy.DELETE);
        hostA.defines("vm", namespace);
        until("vm", ConditionType.BOUND, c -> c.status() == Condition.Status.TRUE);
        running(hostA);
        noSecretsMore();
        State left = State.blank().changed(1);
        hostA.stops(left);
        hostA.uploads(left);
        until("vm", ConditionType.SAVED, c -> c.reason().equals("GenerationNotWritten"));

        client.resources(VmTpmState.class).inNamespace(namespace).withName("vm").delete();

        untilGone("vm");
        assertThat(hostA.facts().hasResidue()).isFalse();
        assertThat(inbox()).isEmpty();
        assertThat(record()).isNull();
    }

    private List<Event> told() {
        return events().stream()
                .filter(e -> e.getReason().equals("GenerationNotWritten"))
                .toList();
    }

    /** In force when this returns: what it allows was counted. */
    private ResourceQuota noSecretsMore() {
        String there = Integer.toString(
                client.secrets().inNamespace(namespace).list().getItems().size());
        Map<String, Quantity> limit = Map.of("count/secrets", new Quantity(there));
        ResourceQuota quota = client.resource(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("no-secrets-more")
                        .endMetadata()
                        .withNewSpec()
                        .withHard(limit)
                        .endSpec()
                        .build())
                .create();
        await().atMost(PATIENCE).until(() -> {
            ResourceQuota now = client.resource(quota).get();
            return now.getStatus() != null && limit.equals(now.getStatus().getUsed());
        });
        return quota;
    }
}
