package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.testbed.Guest;
import io.tpmkeeper.testbed.LibvirtHost;
import io.tpmkeeper.testbed.LiveMigration;
import java.util.List;

/**
 * A live migration that fails leaves a blank TPM on the host that was to receive the guest, well-formed and newer than all
 * others; one that succeeds leaves an old one on the host that the guest left. Neither may ever win.
 */
final class Migration {
    private final Narrator narrator;
    private final LibvirtHost hostA;
    private final LibvirtHost hostB;
    private final SavedVm vm;

    private Migration(Deployment deployment, Narrator narrator) {
        this.narrator = narrator;
        this.hostA = deployment.hostA();
        this.hostB = deployment.hostB();
        deployment.createNamespace("wandering");
        this.vm = SavedVm.planned(deployment, "wandering", "nomad", narrator);
    }

    static List<Step> steps(Deployment deployment, Narrator narrator) {
        Migration story = new Migration(deployment, narrator);
        return List.of(
                new Step(1, "A live migration fails: the guest goes on where it is", story::fails),
                new Step(
                        2,
                        "Its next stop is saved, and the blank TPM that libvirt made elsewhere is not",
                        story::saved),
                new Step(3, "It starts on that very host and knows all", story::moves),
                new Step(4, "A live migration succeeds: the right follows the guest", story::succeeds),
                new Step(5, "Stopped on its new host, it is saved from there, and starts there again", story::stays));
    }

    private void fails() {
        vm.runsOn(hostA);
        // Where the domain is defined already, libvirt keeps the blank TPM that it makes for an incoming migration.
        Guest.define(hostB, vm.guest().definition());
        narrator.command(
                "virsh migrate --live --persistent --undefinesource nomad …   # to host-b, whose QEMU is killed");
        LiveMigration migration = vm.guest().guest().migrateSlowly(hostB);
        migration.awaitTransfer();
        narrator.tells(migration.failByTheReceiversDeath());
        assertThat(hostB.path(vm.guest().definition().tpmPath() + "/tpm2/tpm2-00.permall"))
                .as("the blank TPM that libvirt made on host-b")
                .exists();
        vm.guest().knowsAll();
        vm.state().await(HostState.RUNNING, "host-a");
    }

    private void saved() {
        vm.guest().powerOff();
        assertThat(vm.state().awaitSavedAfter(0).node()).isEqualTo("host-a");
        vm.state().await(ConditionType.STARTABLE, true, Reason.ANYWHERE);
        assertThat(vm.state().secrets()).as("generations").hasSize(1);
    }

    private void moves() {
        vm.guest().defineOn(hostB);
        vm.guest().bootAndKnowAll();
        vm.state().await(HostState.RUNNING, "host-b");
    }

    private void succeeds() {
        narrator.command("virsh migrate --live --persistent --undefinesource nomad …   # back to host-a");
        vm.guest().migratedTo(vm.guest().guest().migrate(hostA).arrived());
        vm.guest().knowsAll();
        vm.state().await(HostState.RUNNING, "host-a");
        vm.state().await(ConditionType.READY, true, Reason.RUNNING);
    }

    private void stays() {
        long before = vm.state().generation();
        vm.guest().powerOff();
        assertThat(vm.state().awaitSavedAfter(before).node()).isEqualTo("host-a");
        vm.guest().bootAndKnowAll();
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(before + 1);
    }
}
