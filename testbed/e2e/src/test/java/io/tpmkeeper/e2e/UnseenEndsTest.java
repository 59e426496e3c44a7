package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.testbed.LibvirtHost;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Runs that no hook saw end: it was not called, or power was lost. What lay there is whole, so it is the run's end, whoever comes
 * next, the agent or a start; and the guest's counter says that it is the newest.
 */
@Tag("process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnseenEndsTest {
    private static final String NAMESPACE = "unseen";
    private static final String HOOK = "/etc/libvirt/hooks/qemu.d/50-tpm-keeper";

    private final Log log = new Log();

    @AutoClose
    private Deployment deployment;

    private LibvirtHost hostA;

    @BeforeAll
    void install() {
        deployment = EndsOnly.in(Deployment.ofPrograms());
        hostA = deployment.hostA();
        deployment.createNamespace(NAMESPACE);
    }

    @Test
    void what_ended_without_hook_and_agent_is_found_by_the_agent_and_starts_elsewhere() {
        SavedVm vm = runningAgain("unhooked");
        deployment.stopAgent(hostA);
        hostA.exec("rm", HOOK).orThrow();
        vm.guest().knowsAll();
        hostA.virsh("destroy", "unhooked").orThrow();
        assertNobodySawTheEnd(vm);

        deployment.startAgent(hostA);

        assertFound(vm.state().awaitSavedAfter(1));
        assertThat(hostA.path(HOOK)).as("the hook, which the agent brings back").exists();
        vm.guest().undefine();
        vm.guest().defineOn(deployment.hostB());
        vm.guest().bootAtLast();
        vm.guest().knowsAll();
        vm.state().await(HostState.RUNNING, "host-b");
        vm.guest().powerOff();
        assertStopped(vm.state().awaitSavedAfter(2), "host-b");
    }

    @Test
    void what_a_power_loss_left_whole_is_found_by_the_agent_that_comes_back() {
        SavedVm vm = runningAgain("cut-off");
        deployment.powerOff(hostA);
        deployment.powerOn(hostA);
        assertNobodySawTheEnd(vm);

        deployment.startAgent(hostA);

        assertFound(vm.state().awaitSavedAfter(1));
        vm.state().await(ConditionType.READY, true, Reason.SAVED);
        vm.state().await(ConditionType.STARTABLE, true, Reason.ANYWHERE);
        vm.state().awaitNoDecision();
        vm.guest().bootAtLast();
        vm.guest().knowsAll();
        vm.state().await(HostState.RUNNING, "host-a");
        vm.guest().powerOff();
        assertStopped(vm.state().awaitSavedAfter(2), "host-a");
    }

    @Test
    void what_a_power_loss_left_whole_is_found_by_the_next_start_where_no_agent_is() {
        SavedVm vm = runningAgain("at-once");
        deployment.powerOff(hostA);
        deployment.powerOn(hostA);
        assertNobodySawTheEnd(vm);

        vm.guest().bootAndKnowAll();
        deployment.startAgent(hostA);

        Eventually.holds(
                "the end that the start found is current while it runs on",
                () -> assertFound(vm.state().status().current()));
        vm.state().await(HostState.RUNNING, "host-a");
        vm.guest().powerOff();
        assertStopped(vm.state().awaitSavedAfter(2), "host-a");
    }

    /** In its second run, and further than what is saved. */
    private SavedVm runningAgain(String name) {
        SavedVm vm = SavedVm.on(deployment, NAMESPACE, name, log);
        vm.guest().bootAndKnowAll();
        vm.state().await(HostState.RUNNING, "host-a");
        assertThat(vm.state().generation()).as("what is saved").isEqualTo(1);
        return vm;
    }

    private void assertNobodySawTheEnd(SavedVm vm) {
        assertThat(vm.guest().guest().isActive()).as("the domain runs").isFalse();
        assertThat(deployment.hostFile(hostA, "vm/" + vm.uuid()))
                .contains("\nline Held\n", "\nrun-online yes\n", "\nrun-state Open\n");
    }

    private static void assertFound(VmTpmStateStatus.@Nullable Generation end) {
        assertThat(end).isNotNull();
        assertThat(end.generation()).isEqualTo(2);
        assertThat(end.trigger()).isEqualTo(Trigger.AGENT_START);
        assertThat(end.node()).isEqualTo("host-a");
    }

    private static void assertStopped(VmTpmStateStatus.Generation end, String node) {
        assertThat(end.generation()).isEqualTo(3);
        assertThat(end.trigger()).isEqualTo(Trigger.STOP);
        assertThat(end.node()).isEqualTo(node);
    }
}
