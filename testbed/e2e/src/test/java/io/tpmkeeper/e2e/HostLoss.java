package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.LossReason;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.testbed.Guest;
import io.tpmkeeper.testbed.LibvirtHost;
import java.time.Duration;
import java.util.List;

/**
 * Three VMs on a host that loses its power. One has what the built-in policy says, onHostLoss WhenFenced: a taint on the Node is word enough. The
 * second one's class says Never: its owner has to consent. The third one's says After: that the Node is not ready is nothing as long as the
 * agent speaks. What the dead host had not saved is lost to all, and becomes nothing when the host comes back.
 */
final class HostLoss {
    private static final String NAMESPACE = "lost";
    private static final String FENCE = "node.kubernetes.io/out-of-service";

    /** A minute is the least that a class may say. */
    private static final Duration LONGER_THAN_AFTER = Duration.ofSeconds(75);

    private final Deployment deployment;
    private final Narrator narrator;
    private final LibvirtHost hostA;
    private final LibvirtHost hostB;
    private final SavedVm byFence;
    private final SavedVm byWord;
    private final SavedVm byTime;
    private long saved;
    private long savedByTime;

    private HostLoss(Deployment deployment, Narrator narrator) {
        this.deployment = deployment;
        this.narrator = narrator;
        this.hostA = deployment.hostA();
        this.hostB = deployment.hostB();
        deployment.createNamespace(NAMESPACE);
        deployment.applyYaml("""
                        apiVersion: tpmkeeper.io/v1alpha1
                        kind: VmTpmClass
                        metadata: {name: by-word-only}
                        spec: {onHostLoss: {mode: Never}, liveCapture: {enabled: false}}
                        ---
                        apiVersion: tpmkeeper.io/v1alpha1
                        kind: VmTpmClass
                        metadata: {name: by-time}
                        spec: {onHostLoss: {mode: After, after: 1m}, liveCapture: {enabled: false}}
                        """).orThrow();
        this.byFence = SavedVm.planned(deployment, NAMESPACE, "by-fence", narrator);
        this.byWord = SavedVm.planned(deployment, NAMESPACE, "by-word", narrator);
        this.byTime = SavedVm.planned(deployment, NAMESPACE, "by-time", narrator);
    }

    static List<Step> steps(Deployment deployment, Narrator narrator) {
        HostLoss story = new HostLoss(deployment, narrator);
        return List.of(
                new Step(1, "Three VMs are saved, and run on with what is not saved yet", story::run),
                new Step(
                        2,
                        "The kubelet of their host dies: its agent and its VMs live, so time alone gives nothing away",
                        story::kubeletDies),
                new Step(
                        3,
                        "Their host loses its power: no other may start them, since it could still run",
                        story::powerOff),
                new Step(
                        4,
                        "onHostLoss After: it starts elsewhere once the host was silent that long, too",
                        story::timeIsUp),
                new Step(
                        5,
                        "The node is fenced: WhenFenced, the VM starts elsewhere from what was saved",
                        story::fenced),
                new Step(6, "onHostLoss Never: it starts elsewhere once its owner consents", story::consented),
                new Step(7, "The host comes back: what it believes it may start it may not", story::comesBack),
                new Step(
                        8,
                        "What it had not saved becomes nothing; the VM comes back with what it has now",
                        story::movesBack));
    }

    private void run() {
        byFence.runsOn(hostA);
        byWord.runsOn(hostA, "className: by-word-only");
        byTime.runsOn(hostA, "className: by-time");
        for (SavedVm vm : List.of(byFence, byWord, byTime)) {
            vm.guest().powerOff();
            vm.state().awaitSavedAfter(0);
        }
        saved = byFence.guest().counter();
        savedByTime = byTime.guest().counter();
        byFence.guest().bootAndKnowAll();
        byFence.guest().knowsAll();
        byFence.state().await(HostState.RUNNING, "host-a");
        hostA.virsh("start", "--paused", "by-word").orThrow();
        byWord.state().await(HostState.RUNNING, "host-a");
    }

    private void kubeletDies() {
        narrator.tells("Node host-a is not ready any more.");
        deployment.controlPlane().setNodeReady("host-a", false);
        long since = System.nanoTime();
        byTime.guest().bootAndKnowAll();
        byTime.state().await(HostState.RUNNING, "host-a");
        Guest elsewhere = Guest.define(hostB, byTime.guest().definition());
        Eventually.holds(
                "a start elsewhere is refused with where it runs",
                () -> assertThat(elsewhere.tryStart().stderr())
                        .contains("tpm-keeper: LineElsewhere: ", "The domain runs on host-a"));
        do {
            assertThat(elsewhere.tryStart().stderr()).contains("tpm-keeper: LineElsewhere: ");
        } while (Duration.ofNanos(System.nanoTime() - since).compareTo(LONGER_THAN_AFTER) < 0);
        elsewhere.close();
        byTime.guest().knowsAll();
        byTime.state().await(HostState.RUNNING, "host-a");
        byTime.state().awaitNoDecision();
    }

    private void powerOff() {
        deployment.powerOff(hostA);
        for (SavedVm vm : List.of(byFence, byWord)) {
            Eventually.holds(
                    "the operator misses host-a's agent",
                    () -> assertThat(vm.state()
                                    .condition(ConditionType.STARTABLE)
                                    .message())
                            .contains("does not report"));
            vm.guest().defineOn(hostB);
            assertThat(vm.guest().startRefused()).contains("tpm-keeper: LineElsewhere: ");
            narrator.tells(vm.state().awaitDecision(LossReason.HOST_LOSS).message());
            vm.state().await(ConditionType.READY, false, Reason.HOST_LOSS);
        }
    }

    private void timeIsUp() {
        byTime.guest().defineOn(hostB);
        byTime.guest().wentBackTo(savedByTime);
        byTime.guest().bootAtLast();
        byTime.guest().knowsAll();
        byTime.state().await(HostState.RUNNING, "host-b");
        byTime.state().awaitNoDecision();
        byTime.guest().powerOff();
        assertThat(byTime.state().awaitSavedAfter(1).node()).isEqualTo("host-b");
    }

    private void fenced() {
        kubectl("taint", "node", "host-a", FENCE + "=nodeshutdown:NoExecute");
        byFence.guest().wentBackTo(saved);
        byFence.guest().bootAtLast();
        byFence.guest().knowsAll();
        byFence.state().await(HostState.RUNNING, "host-b");
        byFence.state().awaitNoDecision();
    }

    private void consented() {
        assertThat(byWord.guest().startRefused()).contains("tpm-keeper: LineElsewhere: ");
        byWord.state().awaitDecision(LossReason.HOST_LOSS);
        byWord.state().decide(LossReason.HOST_LOSS, "host-a", "the next node that asks may start the domain");
        byWord.guest().bootAtLast();
        byWord.guest().knowsAll();
        byWord.state().await(HostState.RUNNING, "host-b");
        byWord.state().awaitNoDecision();
    }

    private void comesBack() {
        deployment.powerOn(hostA);
        kubectl("taint", "node", "host-a", FENCE + "-");
        deployment.startAgent(hostA);
        for (SavedVm vm : List.of(byFence, byWord)) {
            Eventually.holds(
                    "host-a has heard that the line was given elsewhere",
                    () -> assertThat(deployment.hostFile(hostA, "vm/" + vm.uuid()))
                            .contains("\nline Tombstone\n"));
            // The operator's word may come later than this start waits; the refusal is the same, and the next one
            // brings it.
            Eventually.holds(
                    "a start on host-a is refused with where it runs",
                    () -> assertThat(
                                    hostA.virsh("start", vm.guest().definition().name())
                                            .stderr())
                            .contains("tpm-keeper: LineElsewhere: ", "The domain runs on host-b"));
        }
    }

    private void movesBack() {
        long generation = byFence.state().generation();
        byFence.guest().knowsAll();
        byFence.state().await(HostState.RUNNING, "host-b");
        byFence.guest().powerOff();
        assertThat(byFence.state().awaitSavedAfter(generation).node()).isEqualTo("host-b");
        byFence.guest().defineOn(hostA);
        byFence.guest().bootAtLast();
        byFence.guest().knowsAll();
        byFence.state().await(HostState.RUNNING, "host-a");
        byFence.guest().powerOff();
    }

    private void kubectl(String... arguments) {
        narrator.command("kubectl " + String.join(" ", arguments));
        deployment.controlPlane().kubectl(arguments).orThrow();
    }
}
