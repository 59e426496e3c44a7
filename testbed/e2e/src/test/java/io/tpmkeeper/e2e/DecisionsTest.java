package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.LossReason;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.testbed.LibvirtHost;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What is never settled by guessing is asked of the owner, and done as the owner says. HostLossTest and RolledBackTest have those
 * that take a node or the cluster's storage down.
 */
@Tag("process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DecisionsTest {
    private static final String NAMESPACE = "undecided";
    private static final String BREAK_GLASS = "/run/tpm-keeper/break-glass";
    private static final int IMPATIENT = 6;

    private final Log log = new Log();

    @AutoClose
    private Deployment deployment;

    private LibvirtHost hostA;
    private LibvirtHost hostB;

    @BeforeAll
    void install() {
        deployment = EndsOnly.in(Deployment.ofPrograms(IMPATIENT));
        hostA = deployment.hostA();
        hostB = deployment.hostB();
        deployment.createNamespace(NAMESPACE);
    }

    @Test
    void FoundOnSeveralNodes_the_owner_names_the_host_to_continue_from() {
        SavedVm vm = SavedVm.planned(deployment, NAMESPACE, "twice", log);
        vm.guest().defineOn(hostB);
        blankRun(hostB, "twice");
        vm.guest().defineOn(hostA);
        vm.guest().bootAndWrite();
        vm.guest().powerOff();
        vm.state().apply();
        assertThat(vm.state().awaitDecision(LossReason.FOUND_ON_SEVERAL_NODES).message())
                .contains("host-a", "host-b");

        vm.state().decide(LossReason.FOUND_ON_SEVERAL_NODES, "host-a", "Continue from what host-a has");

        vm.guest().bootAtLast();
        vm.guest().knowsAll();
        vm.state().await(HostState.RUNNING, "host-a");
        vm.state().awaitNoDecision();
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(0);
    }

    @Test
    void LostTail_what_a_power_loss_tore_is_given_up_for_what_was_saved() {
        SavedVm vm = SavedVm.on(deployment, NAMESPACE, "torn-tail", log);
        hostA.virsh("start", "--paused", "torn-tail").orThrow();
        vm.state().await(HostState.RUNNING, "host-a");
        deployment.powerOff(hostA);
        deployment.powerOn(hostA);
        hostA.exec("truncate", "-s", "100", tpmFile(vm)).orThrow();
        deployment.startAgent(hostA);
        vm.state().awaitDecision(LossReason.LOST_TAIL);
        vm.state().await(ConditionType.READY, false, Reason.LOST_TAIL);
        assertThat(vm.guest().startRefused()).contains("tpm-keeper: LineLost: ");

        vm.state().decide(LossReason.LOST_TAIL, "any", "starts from generation 1");

        vm.guest().bootAtLast();
        vm.guest().knowsAll();
        vm.state().await(HostState.RUNNING, "host-a");
        vm.state().awaitNoDecision();
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(1);
    }

    @Test
    void MissingState_what_lies_nowhere_any_more_is_given_up_for_the_newest_that_was_saved() {
        SavedVm vm = SavedVm.on(deployment, NAMESPACE, "mislaid", log);
        deployment.stopAgent(hostA);
        hostA.virsh("start", "--paused", "mislaid").orThrow();
        hostA.exec("sh", "-c", "printf x | dd of=%s bs=1 conv=notrunc".formatted(tpmFile(vm)))
                .orThrow();
        hostA.virsh("destroy", "mislaid").orThrow();
        hostA.exec("sh", "-c", "rm -r /var/lib/tpm-keeper/spool/%s/*".formatted(vm.uuid()))
                .orThrow();
        vm.guest().undefine();
        deployment.startAgent(hostA);
        vm.guest().defineOn(hostB);
        assertThat(vm.guest().startRefused()).contains("tpm-keeper: LineElsewhere: ");
        vm.state().awaitDecision(LossReason.MISSING_STATE);
        vm.state().await(ConditionType.READY, false, Reason.MISSING_STATE);

        vm.state().decide(LossReason.MISSING_STATE, "any", "starts from generation 1");

        vm.guest().bootAtLast();
        vm.guest().knowsAll();
        vm.state().await(HostState.RUNNING, "host-b");
        vm.state().awaitNoDecision();
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(1);
    }

    @Test
    void ForkedRun_the_owner_forgets_the_other_history_or_goes_on_with_it() {
        SavedVm vm = SavedVm.on(deployment, NAMESPACE, "forked", log);
        vm.guest().defineOn(hostB);
        hostB.exec("touch", BREAK_GLASS).orThrow();
        blankRun(hostB, "forked");
        hostB.exec("rm", BREAK_GLASS).orThrow();
        vm.state().awaitDecision(LossReason.FORKED_RUN);

        vm.state().decide(LossReason.FORKED_RUN, "host-b", "is no part of the domain");

        vm.guest().bootAtLast();
        vm.guest().knowsAll();
        vm.state().await(HostState.RUNNING, "host-b");
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(1);

        hostA.virsh("undefine", "--nvram", "forked").orThrow();
        ProtectedGuest other = ProtectedGuest.planned(vm.guest().definition(), "another-life", log);
        other.defineOn(hostA);
        hostA.exec("touch", BREAK_GLASS).orThrow();
        other.bootAndWrite();
        hostA.exec("rm", BREAK_GLASS).orThrow();
        other.powerOff();
        vm.state().awaitDecision(LossReason.FORKED_RUN);

        vm.state().decide(LossReason.FORKED_RUN, "host-a", "Continue from what host-a has");

        other.bootAtLast();
        other.knowsAll();
        vm.state().await(HostState.RUNNING, "host-a");
        vm.state().awaitNoDecision();
        other.powerOff();
        vm.state().awaitSavedAfter(2);
    }

    @Test
    void HostLoss_what_a_host_had_not_saved_when_its_directory_was_lost_is_not_lost() {
        SavedVm vm = SavedVm.on(deployment, NAMESPACE, "forgotten", log);
        vm.guest().bootAndKnowAll();
        vm.state().await(HostState.RUNNING, "host-a");
        deployment.stopAgent(hostA);
        vm.guest().powerOff();
        hostA.exec("find", "/var/lib/tpm-keeper", "-mindepth", "1", "-delete").orThrow();
        assertThat(vm.guest().startRefused()).contains("tpm-keeper: IndexMissing: ");
        deployment.startAgent(hostA);
        Eventually.holds(
                "the host that has forgotten the VM lets nobody start it",
                () -> assertThat(vm.guest().startRefused()).contains("tpm-keeper: LineElsewhere: "));
        vm.guest().defineOn(hostB);
        assertThat(vm.guest().startRefused()).contains("tpm-keeper: LineElsewhere: ");
        assertThat(vm.state().awaitDecision(LossReason.HOST_LOSS).message())
                .contains("host-a", "reports with another host directory");
        vm.state().await(ConditionType.READY, false, Reason.HOST_LOSS);
        assertThat(vm.state().generation()).as("what is saved").isEqualTo(1);

        vm.state().decide(LossReason.HOST_LOSS, "host-a", "Continue from what host-a has");

        vm.guest().bootAtLast();
        vm.guest().knowsAll();
        vm.state().await(HostState.RUNNING, "host-b");
        vm.state().awaitNoDecision();
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(2);
    }

    /** A run that leaves a blank TPM; its CPUs never run. */
    private void blankRun(LibvirtHost host, String name) {
        host.virsh("start", "--paused", name).orThrow();
        host.virsh("destroy", name).orThrow();
    }

    private static String tpmFile(SavedVm vm) {
        return vm.guest().definition().tpmPath() + "/tpm2/tpm2-00.permall";
    }
}
