package io.tpmkeeper.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Digest;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What people or accidents take from the cluster comes back from what is left, on a real API server. */
class RebuildApiTest extends OperatorOnCluster {
    /** What no event announces is noticed within half a minute. */
    private static final Duration UNTIL_IT_LOOKS_AGAIN = Duration.ofSeconds(75);

    private static final PatchContext WHOLE =
            new PatchContext.Builder().withPatchType(PatchType.JSON_MERGE).build();

    @Test
    void statusThatWasWipedOrIsWrongIsDerivedAgain() {
        bound("vm");
        saved(State.blank().changed(1));
        VmTpmStateStatus before = untilState("vm", HostState.RELEASED);

        patchStatus("{\"status\":null}");
        untilItIs(before);
        patchStatus(
                "{\"status\":{\"host\":{\"node\":\"nowhere\",\"state\":\"Running\"},\"current\":{\"generation\":99},\"kept\":{\"count\":77}}}");
        untilItIs(before);
    }

    private void patchStatus(String patch) {
        client.resources(VmTpmState.class)
                .inNamespace(namespace)
                .withName("vm")
                .subresource("status")
                .patch(WHOLE, patch);
    }

    private void untilItIs(VmTpmStateStatus before) {
        await().atMost(UNTIL_IT_LOOKS_AGAIN).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            VmTpmStateStatus now = Objects.requireNonNull(status("vm"), "it is wiped");
            assertThat(now.current()).isEqualTo(before.current());
            assertThat(now.kept()).isEqualTo(before.kept());
            assertThat(Objects.requireNonNull(now.host()).state()).isEqualTo(HostState.RELEASED);
            assertThat(now.host().node()).isEqualTo("host-a");
            assertThat(now.conditions())
                    .extracting(c -> c.type() + " " + c.status() + " " + c.reason())
                    .containsExactlyInAnyOrderElementsOf(before.conditions().stream()
                            .map(c -> c.type() + " " + c.status() + " " + c.reason())
                            .toList());
        });
    }

    @Test
    void recordThatWasDeletedIsRebuiltAndTheDomainGoesOnAndMoves() {
        bound("vm");
        Digest digest = saved(State.blank().changed(1)).digest();
        String lost = record().getMetadata().getUid();

        client.resources(VmTpmRecord.class).withName(uuid).delete();

        untilCurrentIs(digest);
        assertThat(record().getMetadata().getUid()).isNotEqualTo(lost);
        hostB.defines("vm", namespace);
        hostB.asks();
        untilGivenToB(digest);
    }

    @Test
    void namespaceGoesThoughTheRecordWasLostJustBefore() {
        bound("vm");
        saved(State.blank().changed(1));
        client.namespaces().withName(namespace).delete();
        client.resources(VmTpmState.class).inNamespace(namespace).withName("vm").delete();
        client.resources(VmTpmRecord.class).withName(uuid).delete();

        await().untilAsserted(() -> {
            hostA.works();
            hostB.works();
            assertThat(client.secrets().inNamespace(namespace).list().getItems())
                    .isEmpty();
            assertThat(client.resources(VmTpmState.class)
                            .inNamespace(namespace)
                            .list()
                            .getItems())
                    .isEmpty();
            assertThat(client.resources(VmTpmRecord.class).withName(uuid).get()).isNull();
        });
    }

    @Test
    void runThatWentOnWhileItsRecordWasLostIsSaved() {
        bound("vm");
        saved(State.blank().changed(1));
        running(hostA);

        client.resources(VmTpmRecord.class).withName(uuid).delete();
        await().atMost(UNTIL_IT_LOOKS_AGAIN).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            assertThat(record()).isNotNull();
            assertThat(hostA.line().record()).isEqualTo(record().getMetadata().getUid());
        });
        hostA.stops(State.blank().changed(2));
        hostA.uploads(State.blank().changed(2));

        assertThat(current(untilState("vm", HostState.RELEASED)).generation()).isEqualTo(2);
    }

    /** Nobody has anything of it but the cluster: a blank TPM would be right for a record that knows nothing. */
    @Test
    void whatWasKeptIsFoundThoughItsRecordWasDeleted() {
        bound("vm");
        Digest digest = saved(State.blank().changed(1)).digest();
        client.resources(VmTpmState.class).inNamespace(namespace).withName("vm").delete();
        untilGone("vm");

        client.resources(VmTpmRecord.class).withName(uuid).delete();
        apply("vm", null);
        hostB.defines("vm", namespace);
        untilCurrentIs(digest);
        hostB.asks();

        untilGivenToB(digest);
    }

    @Test
    void recordWhoseStatusWasWipedNamesTheNewestGenerationAndAsks() {
        bound("vm");
        Digest digest = saved(State.blank().changed(1)).digest();
        // The schema lets nobody write a lower epoch over a higher one; a status that goes as a whole it cannot hold.
        client.resources(VmTpmRecord.class).withName(uuid).subresource("status").patch(WHOLE, "{\"status\":null}");

        untilCurrentIs(digest);

        assertThat(ready("RolledBack").message()).contains("host-a");
        assertThat(record().getStatus().holder()).isNull();
    }

    private void untilCurrentIs(Digest digest) {
        await().atMost(UNTIL_IT_LOOKS_AGAIN).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            VmTpmRecord record = record();
            assertThat(record).isNotNull();
            assertThat(record.getStatus()).isNotNull();
            assertThat(record.getStatus().current()).extracting(Current::digest).isEqualTo(digest);
        });
    }

    private void untilGivenToB(Digest digest) {
        await().atMost(UNTIL_IT_LOOKS_AGAIN).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            if (hostB.facts().request() == null
                    && !(hostB.facts().line() != null && hostB.line().isHeld())) {
                // It was answered by a Tombstone, since the line went to the host that had it: the start is tried
                // again.
                hostB.asks();
            }
            assertThat(hostB.facts().line()).isNotNull();
            assertThat(hostB.line().isHeld()).isTrue();
            assertThat(hostB.line().record()).isEqualTo(record().getMetadata().getUid());
        });
        assertThat(hostB.line().tip()).isEqualTo(digest);
    }
}
