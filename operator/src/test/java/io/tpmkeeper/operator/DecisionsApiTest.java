package io.tpmkeeper.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tpmkeeper.api.AcceptLoss;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateStatus.PendingDecision;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.LineState;
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
        String of = asked.options().getFirst().of();
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
