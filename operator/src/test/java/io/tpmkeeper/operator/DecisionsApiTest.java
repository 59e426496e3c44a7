package io.tpmkeeper.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Secret;
import io.tpmkeeper.api.AcceptLoss;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateStatus.Option;
import io.tpmkeeper.api.VmTpmStateStatus.PendingDecision;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Version;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A person is asked, answers by a copy of what is shown, and gets that and nothing else. */
class DecisionsApiTest extends OperatorOnCluster {
    @BeforeEach
    void freshDomain() {
        fresh();
    }

    @Test
    void aTornEndIsGivenUpForWhatIsSavedAndAnOldConsentDoesNothing() {
        Digest good = tornOnHostA();
        PendingDecision asked = pending("LostTail");
        accept(asked);
        hostB.defines("vm", namespace);
        hostB.asks();
        await().atMost(PATIENCE).untilAsserted(() -> {
            work();
            assertThat(hostB.facts().line()).isNotNull();
            assertThat(hostB.line().state()).isEqualTo(LineState.HELD);
            assertThat(hostB.line().tip()).isEqualTo(good);
            assertThat(decision()).isEmpty();
        });
        assertThat(Objects.requireNonNull(record().getStatus()).consent()).isNull();

        // What was accepted is still in the spec, as a GitOps tool would leave it: another loss is another question.
        hostB.starts();
        hostB.losesPower();
        PendingDecision again = pending("LostTail");
        assertThat(again.options().getFirst().of())
                .isNotEqualTo(asked.options().getFirst().of());
        assertThat(hostB.line().state()).isEqualTo(LineState.LOST);
    }

    @Test
    void aSilentHolderIsGivenUpOnAPersonsWord() {
        bound("vm");
        Digest saved = saved(State.blank().changed(1)).digest();
        hostA.dies();
        hostB.defines("vm", namespace);
        hostB.asks();
        accept(pending("HostLoss"));
        await().atMost(PATIENCE).untilAsserted(() -> {
            work();
            assertThat(hostB.facts().line()).isNotNull();
            assertThat(hostB.line().tip()).isEqualTo(saved);
        });
    }

    /** Its host sent it late, and nothing of the domain is left there: only the cluster knows that there is more than what is current. */
    @Test
    void whatCameInTheNameOfALostRecordIsAskedAboutAndGoneOnFrom() {
        bound("vm");
        saved(State.blank().changed(1));
        String lost = record().getMetadata().getUid();
        Version kept = Objects.requireNonNull(
                        Objects.requireNonNull(record().getStatus()).current())
                .version();
        client.resources(VmTpmState.class).inNamespace(namespace).withName("vm").delete();
        untilGone("vm");
        client.resources(VmTpmRecord.class).withName(uuid).delete();
        Secret late = hostA.upload(State.blank().changed(2), new Version(kept.epoch(), kept.seq() + 7), lost);
        client.resource(late).create();
        apply("vm", null);
        hostB.defines("vm", namespace);
        hostB.asks();

        PendingDecision asked = pending("FoundOnSeveralNodes");
        assertThat(asked.options())
                .extracting(Option::message)
                .anyMatch(m -> m.contains("from generation 1,"))
                .anyMatch(m -> m.contains("from generation 2,"));
        accept(
                asked,
                asked.options().stream()
                        .filter(o -> o.message().contains("from generation 2,"))
                        .findFirst()
                        .orElseThrow());
        await().atMost(PATIENCE).untilAsserted(() -> {
            work();
            if (hostB.facts().request() == null
                    && hostB.facts().line() != null
                    && !hostB.line().isHeld()) {
                hostB.asks();
            }
            assertThat(hostB.facts().line()).isNotNull();
            assertThat(hostB.line().isHeld()).isTrue();
        });
        assertThat(hostB.line().tip())
                .isEqualTo(Objects.requireNonNull(current(status("vm"))).digest());
        assertThat(current(status("vm")).generation()).isEqualTo(2);
    }

    private Digest tornOnHostA() {
        bound("vm");
        Digest good = saved(State.blank().changed(1)).digest();
        running(hostA);
        hostA.losesPower();
        return good;
    }

    private void work() {
        hostA.works();
        hostB.works();
    }

    private Optional<PendingDecision> decision() {
        return Optional.ofNullable(status("vm").pendingDecision());
    }

    private PendingDecision pending(String reason) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            work();
            assertThat(decision())
                    .hasValueSatisfying(d -> assertThat(d.reason()).hasToString(reason));
            assertThat(decision().orElseThrow().options()).isNotEmpty();
        });
        return decision().orElseThrow();
    }

    /** The first option, as kubectl patch would. */
    private void accept(PendingDecision asked) {
        accept(asked, asked.options().getFirst());
    }

    private void accept(PendingDecision asked, Option option) {
        String of = option.of();
        assertThat(asked.message()).contains("kubectl patch vmtpmstate -n %s vm".formatted(namespace));
        cluster.kubectl(
                        "patch",
                        "vmtpmstate",
                        "vm",
                        "-n",
                        namespace,
                        "--type",
                        "merge",
                        "-p",
                        "{\"spec\":{\"acceptLoss\":{\"reason\":\"%s\",\"of\":\"%s\"}}}".formatted(asked.reason(), of))
                .orThrow();
        VmTpmState now = client.resources(VmTpmState.class)
                .inNamespace(namespace)
                .withName("vm")
                .require();
        assertThat(now.getSpec().acceptLoss()).isEqualTo(new AcceptLoss(asked.reason(), of));
    }
}
