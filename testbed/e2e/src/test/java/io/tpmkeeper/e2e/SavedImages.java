package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.testbed.LibvirtHost;
import io.tpmkeeper.testbed.Result;
import java.util.List;

/** virsh save and managed save put a TPM into a file of their own, which libvirt writes over whatever lies there when it restores. */
final class SavedImages {
    private static final String IMAGE = "/var/lib/libvirt/qemu/save/sleeper.of-then";

    private final Narrator narrator;
    private final LibvirtHost hostA;
    private final SavedVm vm;

    private SavedImages(Deployment deployment, Narrator narrator) {
        this.narrator = narrator;
        this.hostA = deployment.hostA();
        deployment.createNamespace("sleeping");
        this.vm = SavedVm.planned(deployment, "sleeping", "sleeper", narrator);
    }

    static List<Step> steps(Deployment deployment, Narrator narrator) {
        SavedImages story = new SavedImages(deployment, narrator);
        return List.of(
                new Step(1, "virsh save is a stop like any other: what the TPM holds then is saved", story::save),
                new Step(2, "virsh restore of that image goes on, and counts as the line's own run", story::restore),
                new Step(3, "A managed save goes on at the next start", story::managedSave),
                new Step(4, "An image of the past is refused before its CPUs run", story::imageOfThePast),
                new Step(5, "So is a managed save of the past, which stays", story::managedSaveOfThePast),
                new Step(
                        6,
                        "Started cold, the guest knows all, though libvirt had put older files in place",
                        story::cold));
    }

    private void save() {
        vm.runsOn(hostA);
        virsh("save", "sleeper", IMAGE);
        vm.state().awaitSavedAfter(0);
        vm.state().await(ConditionType.READY, true, Reason.SAVED);
    }

    private void restore() {
        virsh("restore", IMAGE);
        vm.guest().guest().listen();
        vm.guest().knowsAll();
        vm.state().await(HostState.RUNNING, "host-a");
    }

    private void managedSave() {
        virsh("managedsave", "sleeper");
        vm.state().awaitSavedAfter(1);
        virsh("start", "sleeper");
        vm.guest().guest().listen();
        vm.guest().knowsAll();
        vm.state().await(HostState.RUNNING, "host-a");
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(2);
    }

    private void imageOfThePast() {
        long generation = vm.state().generation();
        Result refused = hostA.virsh("restore", IMAGE);
        assertRefused(refused);
        assertThat(vm.state().await(ConditionType.START_REFUSED, true, Reason.IMAGE_OF_THE_PAST))
                .startsWith("On host-a: ");
        assertThat(hostA.path(IMAGE)).as("the image").exists();
        vm.state().await(HostState.RELEASED, "host-a");
        assertThat(vm.state().generation()).as("generation").isEqualTo(generation);
    }

    /** Made by hand from the image of then, as a backup of the host that was put back would bring it. */
    private void managedSaveOfThePast() {
        String managed = "/var/lib/libvirt/qemu/save/sleeper.save";
        hostA.exec("cp", IMAGE, managed).orThrow();
        hostA.restartLibvirtd();
        assertThat(hostA.virsh("dominfo", "sleeper").stdout()).containsPattern("Managed save: +yes");
        assertRefused(hostA.virsh("start", "sleeper"));
        assertThat(hostA.path(managed)).as("the managed save").exists();
        virsh("managedsave-remove", "sleeper");
    }

    private void cold() {
        vm.guest().bootAndKnowAll();
        vm.state().await(HostState.RUNNING, "host-a");
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(3);
    }

    private static void assertRefused(Result refused) {
        assertThat(refused.succeeded()).as("a start from an image of the past").isFalse();
        assertThat(refused.stderr()).contains("tpm-keeper: ImageOfThePast: ", "virsh start --force-boot");
    }

    private void virsh(String... arguments) {
        narrator.command("virsh " + String.join(" ", arguments));
        hostA.virsh(arguments).orThrow();
    }
}
