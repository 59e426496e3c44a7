package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.tpmkeeper.api.CaptureResult;
import io.tpmkeeper.api.CaptureStep;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.api.StepResult;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.testbed.GuestDefinition;
import io.tpmkeeper.testbed.LibvirtHost;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The main job: a VM's TPM survives undefine and a move to another host. Its user applies one VmTpmState and does nothing else
 * for the VM. The steps belong together, in their order.
 */
public final class MainJob {
    static final String NAMESPACE = "vms";

    private static final String SECRET = "swordfish";
    private static final Pattern COMMAND = Pattern.compile("virsh metadata .* --config");

    private final Deployment deployment;
    private final Narrator narrator;
    private final LibvirtHost hostA;
    private final LibvirtHost hostB;
    private final GuestDefinition definition = GuestDefinition.named("win11");
    private final OwnedState state;
    private final ProtectedGuest vm;

    private MainJob(Deployment deployment, Narrator narrator) {
        this.deployment = deployment;
        this.narrator = narrator;
        this.hostA = deployment.hostA();
        this.hostB = deployment.hostB();
        this.state =
                new OwnedState(deployment, NAMESPACE, "win11", definition.uuid().toString());
        this.vm = ProtectedGuest.planned(definition, SECRET, narrator);
    }

    /** The steps, to be run once and in order. */
    public static List<Step> steps(Deployment deployment, Narrator narrator) {
        MainJob job = new MainJob(deployment, narrator);
        GuardedStarts guarded = new GuardedStarts(deployment, narrator);
        return List.of(
                new Step(1, "A VmTpmState is applied, and binds when the domain proves whose it is", job::bind),
                new Step(2, "The VM is started with plain virsh; the guest fills its TPM and NVRAM", job::firstRun),
                new Step(3, "It stops and is undefined at once; nothing is gone before it is durable", job::undefined),
                new Step(4, "Its state becomes an immutable generation in the VM's namespace", job::promoted),
                new Step(5, "Defined and started on another host, the guest knows all", job::moved),
                new Step(6, "Without API server a stop is saved; without agent and operator the VM starts", job::alone),
                new Step(7, "Deleted and made again, the VmTpmState adopts what was kept", job::retained),
                new Step(8, "A start without the state is refused, and the refusal says what to do", guarded::refused),
                new Step(9, "startGuard Warn lets such a start through, and an Event says so", guarded::warned),
                new Step(10, "deletionPolicy Delete waits for the stop, and then leaves nothing", job::deleted));
    }

    private void bind() {
        deployment.createNamespace(NAMESPACE);
        narrator.tells("This is all that the VM's owner writes:");
        narrator.said("win11.yaml", state.yaml().lines().toList());
        narrator.command("kubectl apply -f win11.yaml");
        state.apply();
        narrator.tells(state.await(ConditionType.BOUND, false, Reason.DOMAIN_NOT_FOUND));
        state.await(ConditionType.READY, false, Reason.DOMAIN_NOT_FOUND);
        state.await(ConditionType.RECONCILING, true, Reason.DOMAIN_NOT_FOUND);

        vm.defineOn(hostA);
        String message = state.await(ConditionType.BOUND, false, Reason.CLAIM_NOT_PROVEN);
        narrator.tells(message);
        Matcher command = COMMAND.matcher(message);
        assertThat(command.find()).as("a command in: " + message).isTrue();
        narrator.command(command.group());
        hostA.exec("sh", "-c", command.group()).orThrow();
        state.await(ConditionType.BOUND, true, Reason.BOUND);
        show();
    }

    private void firstRun() {
        vm.bootAndWrite();
        state.await(HostState.RUNNING, "host-a");
        state.await(ConditionType.READY, true, Reason.RUNNING);
    }

    private void undefined() throws IOException {
        new HeldUndefine(deployment, narrator, vm).run();
    }

    private void promoted() {
        VmTpmStateStatus.Generation saved = state.awaitSavedAfter(0);
        assertThat(saved.generation()).isEqualTo(1);
        assertThat(saved.node()).isEqualTo("host-a");
        state.await(ConditionType.SAVED, true, Reason.SAVED);
        state.await(ConditionType.READY, true, Reason.SAVED);
        assertCapture(saved);
        oneEntry(hostA);
        show();
        narrator.command("kubectl -n vms get secret " + saved.secretName());
    }

    private void moved() {
        vm.defineOn(hostB);
        vm.bootAndKnowAll();
        state.await(HostState.RUNNING, "host-b");
        VmTpmStateStatus.Generation from = Objects.requireNonNull(state.status().current());
        Eventually.holds("host-a keeps no state", () -> {
            assertThat(deployment.stateLeft(hostA, vm.uuid())).isEmpty();
            assertThat(deployment.hostFile(hostA, "vm/" + vm.uuid())).contains("\nline Tombstone\n");
        });
        Controls controls = new Controls(deployment, narrator, NAMESPACE, from.secretName(), SECRET);
        narrator.tells("Two controls. A VM with this NVRAM and a blank TPM:");
        controls.blankTpm(hostA);
        narrator.tells("A VM with this TPM and a blank NVRAM:");
        controls.blankNvram(hostA);
    }

    private void alone() {
        long before = state.generation();
        deployment.controlPlane().stopApiServer();
        narrator.tells("The API server is down (killed).");
        vm.powerOff();
        assertThat(deployment.entries(hostB, vm.uuid()))
                .as("host-b's spool after the stop")
                .isNotEmpty();
        deployment.controlPlane().startApiServer();
        narrator.tells("The stop completed. The API server is back.");
        long saved = savedFrom("Primary", before);
        narrator.tells("The upload came: generation " + saved + ".");
        oneEntry(hostB);

        deployment.hosts().forEach(deployment::stopAgent);
        deployment.stopOperator();
        narrator.tells("Agents and operator are stopped. The same host starts the VM from what it holds:");
        vm.bootAndKnowAll();
        vm.powerOff();
        narrator.tells("Also after an undefine, which took libvirt's own copy:");
        vm.undefine();
        vm.defineOn(hostB);
        vm.bootAndKnowAll();
        vm.powerOff();
        vm.undefine();
        deployment.startOperator();
        deployment.hosts().forEach(host -> deployment.startAgent(host, Deployment.PATIENT));
        narrator.tells("Agents and operator are back, and save what happened meanwhile, from the hook's own copy:");
        narrator.tells("generation " + savedFrom("Fallback", saved) + ".");
        oneEntry(hostB);
    }

    /** Libvirt's own files, as long as they are there; else what the hook put aside. Either way one entry stays. */
    private long savedFrom(String source, long before) {
        VmTpmStateStatus.Generation saved = state.awaitSavedAfter(before);
        assertThat(saved.source()).as("what was read").isEqualTo(source);
        return saved.generation();
    }

    private void retained() {
        narrator.command("kubectl -n vms delete vmtpmstate win11");
        state.delete();
        state.awaitGone();
        assertThat(state.secrets()).as("generations after the deletion").isNotEmpty();
        deployment.hosts().forEach(this::nothingLeft);
        narrator.tells("It is gone, both hosts are clean, and its generations stay:");
        narrator.said(
                "secrets",
                state.secrets().stream().map(s -> s.getMetadata().getName()).toList());

        narrator.command("kubectl apply -f win11.yaml");
        state.apply();
        vm.defineOn(hostA);
        proveOwner(hostA);
        state.await(ConditionType.BOUND, true, Reason.BOUND);
        long kept = state.generation();
        vm.bootAndKnowAll();
        state.await(HostState.RUNNING, "host-a");
        vm.powerOff();
        state.awaitSavedAfter(kept);
    }

    private void deleted() {
        vm.bootAndKnowAll();
        state.await(HostState.RUNNING, "host-a");
        narrator.command(
                "kubectl -n vms patch vmtpmstate win11 --type merge -p '{\"spec\":{\"deletionPolicy\":\"Delete\"}}'");
        state.apply("deletionPolicy: Delete");
        narrator.command("kubectl -n vms delete vmtpmstate win11");
        state.delete();
        narrator.tells("The VM runs: " + state.await(ConditionType.READY, false, Reason.DELETION_WAITS_FOR_STOP));
        assertThat(state.secrets()).as("generations while the VM runs").isNotEmpty();
        vm.powerOff();
        state.awaitGone();
        assertThat(state.secrets()).as("generations after the deletion").isEmpty();
        assertThat(deployment
                        .client()
                        .resources(VmTpmRecord.class)
                        .withName(vm.uuid())
                        .get())
                .as("the record")
                .isNull();
        deployment.hosts().forEach(this::nothingLeft);
        narrator.tells("It is gone, and so are its generations and all that the hosts had of it.");
    }

    private void proveOwner(LibvirtHost host) {
        host.virsh(
                        "metadata",
                        definition.name(),
                        "--uri",
                        "https://tpmkeeper.io/domain/v1",
                        "--key",
                        "tpmkeeper",
                        "--set",
                        "<owner namespace=\"" + NAMESPACE + "\"/>",
                        "--config")
                .orThrow();
    }

    private void assertCapture(VmTpmStateStatus.Generation saved) {
        Eventually.holds("the capture is told step by step", () -> {
            VmTpmStateStatus.LastCapture capture = state.status().lastCapture();
            assertThat(capture).isNotNull();
            assertThat(capture.result()).isEqualTo(CaptureResult.PROMOTED);
            assertThat(capture.steps()).extracting(VmTpmStateStatus.Step::name).containsExactly(CaptureStep.values());
            assertThat(capture.steps())
                    .filteredOn(
                            step -> step.name() != CaptureStep.READ_PRIMARY && step.name() != CaptureStep.READ_FALLBACK)
                    .allSatisfy(step -> assertThat(step.result())
                            .as(step.name() + ": " + step.message())
                            .isEqualTo(StepResult.DONE));
        });
        narrator.said(
                "status.lastCapture",
                Objects.requireNonNull(state.status().lastCapture()).steps().stream()
                        .map(step -> "%-12s %s%s"
                                .formatted(
                                        step.name(),
                                        step.result(),
                                        step.message() == null ? "" : " (" + step.message() + ")"))
                        .toList());
        List<Secret> secrets = state.secrets();
        assertThat(secrets).singleElement().satisfies(secret -> {
            assertThat(secret.getMetadata().getName()).isEqualTo(saved.secretName());
            assertThat(secret.getImmutable()).isTrue();
            assertThat(secret.getType()).isEqualTo("tpmkeeper.io/state");
            assertThat(secret.getData()).containsKeys("manifest.json", "tpm.tar.zst", "nvram.tar.zst");
        });
        Eventually.holds(
                "an Event says so",
                () -> assertThat(state.events()).extracting(Event::getReason).contains("Promoted"));
    }

    /** Exactly one entry stays, the tip's, whichever source was read. */
    private void oneEntry(LibvirtHost host) {
        Eventually.holds("one entry stays on " + host.name(), () -> {
            List<String> entries = deployment.entries(host, vm.uuid());
            assertThat(entries).hasSize(1);
            assertThat(deployment.hostFile(host, "vm/" + vm.uuid()))
                    .contains("\nat entry:" + entries.getFirst() + "\n");
        });
    }

    private void nothingLeft(LibvirtHost host) {
        Eventually.holds(
                host.name() + " has nothing of the VM",
                () -> assertThat(deployment.residue(host, vm.uuid())).isEmpty());
    }

    private void show() {
        narrator.command("kubectl -n vms get vmtpmstate win11");
        narrator.said(
                "kubectl",
                deployment
                        .controlPlane()
                        .kubectl("-n", NAMESPACE, "get", "vmtpmstate", "win11")
                        .orThrow()
                        .stdout()
                        .lines()
                        .toList());
    }
}
