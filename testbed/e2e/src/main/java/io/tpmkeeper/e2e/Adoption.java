package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.testbed.GuestDefinition;
import io.tpmkeeper.testbed.LibvirtHost;
import java.util.List;

/** A VmTpmState is applied while its VM runs: nothing is refused and nothing restarts. */
public final class Adoption {
    private final Deployment deployment;
    private final LibvirtHost hostA;
    private final ProtectedGuest vm;
    private final OwnedState state;

    private Adoption(Deployment deployment, Narrator narrator) {
        this.deployment = deployment;
        this.hostA = deployment.hostA();
        GuestDefinition definition = GuestDefinition.named("old-hand").ownedBy("grown");
        this.vm = ProtectedGuest.planned(definition, "barracuda", narrator);
        this.state = new OwnedState(deployment, "grown", "old-hand", vm.uuid());
    }

    /** The steps, to be run once and in order. */
    public static List<Step> steps(Deployment deployment, Narrator narrator) {
        Adoption adoption = new Adoption(deployment, narrator);
        return List.of(
                new Step(1, "A VM runs that nobody protects", adoption::unprotected),
                new Step(2, "A VmTpmState is applied: the VM is adopted and goes on", adoption::adopted),
                new Step(3, "Its stop is saved, and another host can start it", adoption::saved));
    }

    private void unprotected() {
        deployment.createNamespace("grown");
        vm.defineOn(hostA);
        vm.bootAndWrite();
    }

    private void adopted() {
        String qemu = qemu();
        assertThat(qemu).isNotEmpty();
        state.apply();
        state.await(ConditionType.BOUND, true, Reason.BOUND);
        state.await(HostState.RUNNING, "host-a");
        state.await(ConditionType.READY, true, Reason.RUNNING);
        assertThat(qemu()).as("QEMU's process after the adoption").isEqualTo(qemu);
        vm.knowsAll();
    }

    private void saved() {
        vm.powerOff();
        state.awaitSavedAfter(0);
        vm.undefine();
        vm.defineOn(deployment.hostB());
        vm.bootAndKnowAll();
        vm.powerOff();
        state.awaitSavedAfter(1);
    }

    private String qemu() {
        return hostA.exec("pgrep", "-f", "qemu-system.*guest=" + vm.definition().name() + ",")
                .stdout();
    }
}
