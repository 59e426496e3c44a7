package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.api.CaptureResult;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.protocol.Trigger;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a VM writes is saved while it runs: by itself, and when somebody asks. */
final class RunningCaptures {
    private static final String NAMESPACE = "long-runners";
    private static final String NAME = "captured";

    private final Deployment deployment;
    private final Narrator narrator;
    private @Nullable SavedVm vm;

    private RunningCaptures(Deployment deployment, Narrator narrator) {
        this.deployment = deployment;
        this.narrator = narrator;
    }

    /** The steps, to be run once and in order. */
    static List<Step> steps(Deployment deployment, Narrator narrator) {
        RunningCaptures story = new RunningCaptures(deployment, narrator);
        return List.of(
                new Step(1, "What the guest writes becomes a Live generation while it runs", story::live),
                new Step(2, "Such a generation is a whole TPM: another VM starts from it", story::isWhole),
                new Step(3, "A class that wants none gets none; who asks for a capture gets one", story::asked),
                new Step(4, "The end of the run passes them all, and is confirmed when somebody asks", story::ended));
    }

    private SavedVm vm() {
        return Objects.requireNonNull(vm, "the first step makes it");
    }

    private OwnedState state() {
        return vm().state();
    }

    private void live() {
        deployment.createNamespace(NAMESPACE);
        liveCapture("{enabled: true, minInterval: 10s}");
        vm = SavedVm.running(deployment, NAMESPACE, NAME, narrator, "className: watchful");
        VmTpmStateStatus.Generation first = awaitCurrent(Trigger.LIVE, 0);
        assertRunningAndSaved();
        assertThat(deployment.hostFile(deployment.hostA(), "vm/" + vm().uuid()))
                .as("the line, while nothing has ended yet")
                .contains("\ntip none\n");
        vm().guest().knowsAll();
        awaitCurrent(Trigger.LIVE, first.generation());
        assertRunningAndSaved();
        Eventually.holds(
                "what is saved stays on the host no longer, while it runs",
                () -> assertThat(deployment.entries(deployment.hostA(), vm().uuid()))
                        .isEmpty());
    }

    private void isWhole() {
        VmTpmStateStatus.Generation saved =
                Objects.requireNonNull(state().status().current());
        new Controls(deployment, narrator, NAMESPACE, saved.secretName(), NAME + "-secret")
                .blankNvram(deployment.hostB());
    }

    private void asked() {
        liveCapture("{enabled: false}");
        Eventually.holds(
                "the policy is taken up",
                () -> assertThat(Objects.requireNonNull(state().status().effectivePolicy())
                                .liveCapture()
                                .enabled())
                        .isFalse());
        Eventually.isTrue(
                "the host is asked for no more captures",
                () -> !deployment
                        .controlPlane()
                        .kubectl("get", "vmtpmgrant", vm().uuid() + ".host-a", "-o", "jsonpath={.spec.capture}")
                        .orThrow()
                        .stdout()
                        .contains("liveInterval"));
        long before = state().generation();
        vm().guest().knowsAll();

        VmTpmStateStatus.RequestedCapture answer = ask("before-the-upgrade");
        assertThat(answer.result()).as(answer.message()).isEqualTo(CaptureResult.PROMOTED);
        VmTpmStateStatus.Generation saved = awaitCurrent(Trigger.MANUAL, before);
        assertThat(saved.generation()).as("no other was made").isEqualTo(before + 1);
        assertRunningAndSaved();

        answer = ask("once-more");
        assertThat(answer.result()).as(answer.message()).isEqualTo(CaptureResult.CONFIRMED);
        assertThat(state().generation()).as("nothing was written").isEqualTo(saved.generation());
    }

    private void ended() {
        long before = state().generation();
        vm().guest().powerOff();
        VmTpmStateStatus.Generation end = state().awaitSavedAfter(before);
        assertThat(end.trigger()).isEqualTo(Trigger.STOP);
        Eventually.holds(
                "one entry stays on host-a",
                () -> assertThat(deployment.entries(deployment.hostA(), vm().uuid()))
                        .hasSize(1));

        VmTpmStateStatus.RequestedCapture answer = ask("while-it-is-off");
        assertThat(answer.result()).as(answer.message()).isEqualTo(CaptureResult.CONFIRMED);
        assertThat(state().generation()).isEqualTo(end.generation());
    }

    private void liveCapture(String policy) {
        deployment.applyYaml("""
                        apiVersion: tpmkeeper.io/v1alpha1
                        kind: VmTpmClass
                        metadata: {name: watchful}
                        spec:
                          liveCapture: %s
                        """.formatted(policy)).orThrow();
    }

    private VmTpmStateStatus.Generation awaitCurrent(Trigger trigger, long after) {
        Eventually.holds("%s has a %s generation after %d".formatted(NAME, trigger, after), () -> {
            VmTpmStateStatus.Generation current = state().status().current();
            assertThat(current).as(Serialization.asYaml(state().status())).isNotNull();
            assertThat(current.generation()).isGreaterThan(after);
            assertThat(current.trigger()).isEqualTo(trigger);
        });
        return Objects.requireNonNull(state().status().current());
    }

    private void assertRunningAndSaved() {
        state().await(HostState.RUNNING, "host-a");
        state().await(ConditionType.READY, true, Reason.RUNNING);
        state().await(ConditionType.SAVED, true, Reason.SAVED);
    }

    private VmTpmStateStatus.RequestedCapture ask(String id) {
        narrator.command("kubectl -n %s annotate vmtpmstate %s --overwrite %s=%s"
                .formatted(NAMESPACE, NAME, ApiGroup.CAPTURE_REQUEST_ANNOTATION, id));
        deployment
                .controlPlane()
                .kubectl(
                        "-n",
                        NAMESPACE,
                        "annotate",
                        "vmtpmstate",
                        NAME,
                        "--overwrite",
                        ApiGroup.CAPTURE_REQUEST_ANNOTATION + "=" + id)
                .orThrow();
        Eventually.holds(
                id + " is answered",
                () -> assertThat(state().status().requestedCapture())
                        .as(Serialization.asYaml(state().status()))
                        .extracting(VmTpmStateStatus.RequestedCapture::request)
                        .isEqualTo(id));
        VmTpmStateStatus.RequestedCapture answer =
                Objects.requireNonNull(state().status().requestedCapture());
        narrator.tells("%s: %s".formatted(answer.result(), answer.message()));
        return answer;
    }
}
