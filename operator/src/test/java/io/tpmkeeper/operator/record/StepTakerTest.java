package io.tpmkeeper.operator.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import io.tpmkeeper.protocol.operator.Generation;
import io.tpmkeeper.protocol.operator.Step;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which record the next pass may take for the newest, and over which grant an order is written. */
class StepTakerTest {
    private static final Digest DIGEST = new Digest("a".repeat(64));
    private static final Step GUARD = new Step.LabelGuard("Enforce");
    private static final String CONFLICT = """
            {"apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": "Conflict", "code": 409}""";

    private OneDomain domain;
    private WorldReader.Observed observed;

    @BeforeEach
    void observe() throws IOException {
        domain = new OneDomain();
        observed = domain.reader.read(OneDomain.UUID).orElseThrow();
        domain.api.story.clear();
    }

    @AfterEach
    void close() {
        domain.close();
    }

    @Test
    void theAnswerToTheLastWriteOfTheRecordIsTheRecord() {
        Optional<VmTpmRecord> written =
                domain.taker.take(observed, List.of(GUARD, new Step.Announce(false, "Said", "Something.")));

        assertThat(written).map(r -> r.getMetadata().getResourceVersion()).contains("2");
    }

    @Test
    void aRecordThatWasOnlyReadIsReadAgain() {
        assertThat(domain.taker.take(observed, List.of(new Step.Ask("adopt")))).isEmpty();
    }

    @Test
    void aRecordThatWasDeletedIsNotTakenForOneThatIsThere() {
        assertThat(domain.taker.take(observed, List.of(GUARD, new Step.DeleteRecord())))
                .isEmpty();
    }

    @Test
    void aPassThatWasCutShortIsFollowedByARealRead() {
        domain.api.answering("GET " + OneDomain.GENERATIONS + "/vm-g1", """
                {"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": "vms", "name": "vm-g1", "uid": "of-g1",
                 "labels": {"tpmkeeper.io/generation": "1"}}, "data": {}}""");

        assertThat(domain.taker.take(observed, List.of(GUARD, new Step.Deliver("worker-7", DIGEST, generation()))))
                .isEmpty();
    }

    @Test
    void aGrantThatNobodyWroteSinceIsNotReadAgain() {
        domain.api.answering("PUT " + OneDomain.GRANT, OneDomain.grant(6));

        domain.taker.take(observed, List.of(settled()));

        assertThat(domain.api.story).containsExactly("PUT " + OneDomain.GRANT);
    }

    @Test
    void aGrantToWhichItsAgentWroteFactsSinceIsReadAndWritten() {
        domain.api
                .answering("PUT " + OneDomain.GRANT, 409, CONFLICT)
                .answering("PUT " + OneDomain.GRANT, OneDomain.grant(7))
                .answering("GET " + OneDomain.GRANT, OneDomain.grant(6));

        domain.taker.take(observed, List.of(settled()));

        assertThat(domain.api.story)
                .containsExactly("PUT " + OneDomain.GRANT, "GET " + OneDomain.GRANT, "PUT " + OneDomain.GRANT);
    }

    @Test
    void aGrantThatSomebodyElseOrderedSinceIsLeftAlone() {
        domain.api
                .answering("PUT " + OneDomain.GRANT, 409, CONFLICT)
                .answering("GET " + OneDomain.GRANT, OneDomain.grant(6).replace("\"host\"", "\"another\""));

        assertThatThrownBy(() -> domain.taker.take(observed, List.of(settled())))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(StepTaker.isConflict(e)).isTrue());
    }

    /** A leader that was deposed in the middle of a pass. */
    @Test
    void noOtherOrderIsGivenOnceTheRecordIsAnotherOne() {
        domain.api
                .answering("PUT " + OneDomain.GRANT, OneDomain.grant(6))
                .answering("GET " + OneDomain.GRANT, OneDomain.grant(5));
        GrantSpec seen = seen();
        GrantSpec ordered = new GrantSpec(
                seen.nodeName(),
                seen.domainUuid(),
                seen.recordUid(),
                seen.hostId(),
                Order.tombstone("k3f9", 2),
                null,
                List.of(),
                null,
                null,
                null,
                null,
                List.of());
        // The record that this leader wrote last is the second one; by now there is a third.
        VmTpmRecord ours = observed.record();
        ours.getMetadata().setResourceVersion("0");

        assertThatThrownBy(() -> domain.taker.take(observed, List.of(new Step.WriteGrant(ordered))))
                .isInstanceOf(KubernetesClientException.class);
        assertThat(domain.api.story).doesNotContain("PUT " + OneDomain.GRANT);
    }

    private GrantSpec seen() {
        return Objects.requireNonNull(observed.grants().get("worker-7")).getSpec();
    }

    private Step settled() {
        return new Step.WriteGrant(seen().withSettled(List.of(DIGEST)));
    }

    private static Generation generation() {
        return new Generation(
                "vms",
                "vm-g1",
                "of-record",
                1,
                new Version(1, 1),
                DIGEST,
                Trigger.STOP,
                "worker-7",
                null,
                "2026-01-01T00:00:00Z",
                "2026-01-01T00:00:00Z",
                false,
                true,
                false,
                new TreeMap<>());
    }
}
