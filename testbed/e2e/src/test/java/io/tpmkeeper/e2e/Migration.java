package io.tpmkeeper.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.testbed.Guest;
import io.tpmkeeper.testbed.LibvirtHost;
import io.tpmkeeper.testbed.LiveMigration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * A live migration that fails leaves a blank TPM on the host that was to receive the guest, well-formed and newer than all
 * others; one that succeeds leaves an old one on the host that the guest left. Neither may ever win.
 */
final class Migration {
    private final Deployment deployment;
    private final Narrator narrator;
    private final LibvirtHost hostA;
    private final LibvirtHost hostB;
    private final SavedVm vm;

    private Migration(Deployment deployment, Narrator narrator) {
        this.deployment = deployment;
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
                new Step(5, "Stopped on its new host, it is saved from there, and starts there again", story::stays),
                new Step(
                        6,
                        "Where its new host's agent is away, what it left is current until the right can follow",
                        story::followedLater));
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
        assertStopped(vm.state().awaitSavedAfter(0));
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
        // Current if it was sent before the line followed the guest, and kept beside if the line was quicker.
        Eventually.holds(
                "what it left on host-b is saved",
                () -> assertThat(vm.state().secrets())
                        .extracting(Migration::manifest)
                        .anySatisfy(m -> assertThat(m).contains("\"trigger\":\"Migration\"", "\"node\":\"host-b\"")));
    }

    private static String manifest(Secret generation) {
        return new String(Base64.getDecoder().decode(generation.getData().get("manifest.json")), UTF_8);
    }

    private void stays() {
        long before = vm.state().generation();
        vm.guest().powerOff();
        assertStopped(vm.state().awaitSavedAfter(before));
        vm.guest().bootAndKnowAll();
    }

    /** Nobody can say meanwhile that it arrived; what the source saw of it is the end of a run that was on-line there. */
    private void followedLater() {
        long before = vm.state().generation();
        vm.state().await(HostState.RUNNING, "host-a");
        deployment.stopAgent(hostB);
        narrator.command(
                "virsh migrate --live --persistent --undefinesource nomad …   # to host-b, which has no agent");
        vm.guest().migratedTo(vm.guest().guest().migrate(hostB).arrived());
        Eventually.holds("what it left on host-a is current", () -> assertLeft(before));
        vm.state().await(HostState.LEFT, "host-a");
        vm.guest().knowsAll();

        deployment.startAgent(hostB);
        vm.state().await(HostState.RUNNING, "host-b");
        vm.state().await(ConditionType.READY, true, Reason.RUNNING);
        vm.state().awaitNoDecision();
        assertLeft(before);

        vm.guest().powerOff();
        VmTpmStateStatus.Generation end = vm.state().awaitSavedAfter(before + 1);
        assertThat(end.node()).isEqualTo("host-b");
        assertThat(end.trigger()).isEqualTo(Trigger.STOP);
        vm.guest().bootAndKnowAll();
        vm.guest().powerOff();
    }

    private void assertLeft(long before) {
        VmTpmStateStatus.Generation current =
                Objects.requireNonNull(vm.state().status().current());
        assertThat(current.generation()).isEqualTo(before + 1);
        assertThat(current.trigger()).isEqualTo(Trigger.MIGRATION);
        assertThat(current.node()).isEqualTo("host-a");
    }

    private static void assertStopped(VmTpmStateStatus.Generation end) {
        assertThat(end.trigger()).isEqualTo(Trigger.STOP);
        assertThat(end.node()).isEqualTo("host-a");
    }
}
