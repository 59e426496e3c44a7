package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.LossReason;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.testbed.EtcdBackup;
import io.tpmkeeper.testbed.LibvirtHost;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A VM that moved and was saved anew after the backup: the cluster knows its first host and its first generation only. */
final class RolledBack {
    private final Deployment deployment;
    private final Narrator narrator;
    private final LibvirtHost hostA;
    private final LibvirtHost hostB;
    private final SavedVm vm;
    private @Nullable EtcdBackup backup;

    private RolledBack(Deployment deployment, Narrator narrator) {
        this.deployment = deployment;
        this.narrator = narrator;
        this.hostA = deployment.hostA();
        this.hostB = deployment.hostB();
        deployment.createNamespace("yesterday");
        this.vm = SavedVm.planned(deployment, "yesterday", "yesterdays", narrator);
    }

    static List<Step> steps(Deployment deployment, Narrator narrator) {
        RolledBack story = new RolledBack(deployment, narrator);
        return List.of(
                new Step(1, "A VM is saved on host-a; etcd is backed up", story::backUp),
                new Step(2, "The VM moves to host-b and is saved from there", story::goOn),
                new Step(3, "etcd is restored: the VM's owner is told, and nothing is given", story::restore),
                new Step(
                        4,
                        "The owner decides for the host that went on: the VM starts there and knows all",
                        story::decide));
    }

    private void backUp() {
        vm.runsOn(hostA);
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(0);
        vm.state().await(ConditionType.STARTABLE, true, Reason.ANYWHERE);
        backup = deployment.controlPlane().backUp();
    }

    private void goOn() {
        vm.guest().defineOn(hostB);
        vm.guest().bootAtLast();
        vm.guest().knowsAll();
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(1);
        muchIsWritten();
    }

    /** As in any cluster: a restore is noticed by revisions that go back further than they come again in some seconds. */
    private void muchIsWritten() {
        for (int i = 0; i < 200; i++) {
            String value = Integer.toString(i);
            deployment
                    .client()
                    .namespaces()
                    .withName("yesterday")
                    .edit(namespace -> new NamespaceBuilder(namespace)
                            .editMetadata()
                            .addToAnnotations("e2e.tpmkeeper.io/written", value)
                            .endMetadata()
                            .build());
        }
    }

    private void restore() {
        narrator.tells("etcd and the API server are killed and start again on the backup.");
        deployment.controlPlane().restore(Objects.requireNonNull(backup));
        deployment.awaitRestart();
        assertThat(vm.state().generation()).as("generation after the restore").isEqualTo(1);
        narrator.tells(vm.state().awaitDecision(LossReason.ROLLED_BACK).message());
        vm.state().await(ConditionType.READY, false, Reason.ROLLED_BACK);
        vm.state().await(ConditionType.STARTABLE, false, Reason.ROLLED_BACK);
        String refused = hostA.virsh("start", "yesterdays").stderr();
        assertThat(refused).contains("tpm-keeper: LineElsewhere: ");
    }

    private void decide() {
        vm.state().decide(LossReason.ROLLED_BACK, "host-b", "Continue from what host-b has");
        vm.state().await(HostState.RELEASED, "host-b");
        vm.state().await(ConditionType.STARTABLE, true, Reason.ANYWHERE);
        vm.guest().bootAtLast();
        vm.guest().knowsAll();
        vm.state().await(HostState.RUNNING, "host-b");
        vm.state().awaitNoDecision();
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(1);
    }
}
