package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.testbed.Guest;
import io.tpmkeeper.testbed.GuestDefinition;
import io.tpmkeeper.testbed.LibvirtHost;
import io.tpmkeeper.testbed.Result;

/** What happens to a start on a host without the state while nobody answers; each VM is the step's own. */
final class GuardedStarts {
    /** Seconds after which the hook gives up in these steps. */
    private static final int IMPATIENT = 8;

    private static final String BREAK_GLASS = "/run/tpm-keeper/break-glass";

    private final Deployment deployment;
    private final Narrator narrator;
    private final LibvirtHost hostB;

    GuardedStarts(Deployment deployment, Narrator narrator) {
        this.deployment = deployment;
        this.narrator = narrator;
        this.hostB = deployment.hostB();
    }

    void refused() {
        SavedVm saved = saved("win12", "enforce");
        deployment.restartAgent(hostB, IMPATIENT);
        deployment.stopOperator();
        narrator.tells("The operator is stopped. The VM is started on host-b, which does not have its state:");
        Guest guest = Guest.define(hostB, saved.guest().definition());
        Result refusal = tryStart(guest);
        assertThat(refusal.succeeded())
                .as("a start on a host without the state")
                .isFalse();
        assertThat(refusal.stderr())
                .contains("tpm-keeper: LineElsewhere: ")
                .contains("the right to start this domain is not on this host")
                .contains("break-glass");
        assertThat(hostB.path(guest.definition().tpmPath() + "/tpm2/tpm2-00.permall"))
                .as("a blank TPM after a refused start")
                .doesNotExist();

        narrator.tells("A VM that nobody protects starts at once:");
        Guest unprotected = Guest.define(hostB, GuestDefinition.named("nobodys"));
        assertThat(tryStart(unprotected).succeeded()).isTrue();
        hostB.virsh("destroy", unprotected.name()).orThrow();
        unprotected.close();

        deployment.startOperator();
        String message = saved.state().await(ConditionType.START_REFUSED, true, Reason.LINE_ELSEWHERE);
        assertThat(message).startsWith("On host-b: ");
        narrator.tells("The operator is back, and the VmTpmState says StartRefused: " + message);

        breakGlass(guest, saved);
        deployment.restartAgent(hostB, Deployment.PATIENT);
    }

    void warned() {
        deployment.applyYaml("""
                        apiVersion: tpmkeeper.io/v1alpha1
                        kind: VmTpmClass
                        metadata: {name: warn-only}
                        spec: {startGuard: Warn}
                        """).orThrow();
        SavedVm saved = saved("win13", "warn", "className: warn-only");
        deployment.restartAgent(hostB, IMPATIENT);
        deployment.stopOperator();
        narrator.tells("The operator is stopped. startGuard is Warn: the start on host-b waits and is let through.");
        Guest guest = Guest.define(hostB, saved.guest().definition());
        Result passed = tryStart(guest);
        assertThat(passed.succeeded()).as(passed.stderr()).isTrue();
        assertThat(refusal(saved)).contains("\npassed-by warn\n");
        deployment.startOperator();
        awaitToldThatItPassed(saved);
        hostB.virsh("destroy", guest.name()).orThrow();
        guest.close();
        deployment.restartAgent(hostB, Deployment.PATIENT);
    }

    private void breakGlass(Guest guest, SavedVm saved) {
        narrator.command("touch " + BREAK_GLASS + "   # on host-b");
        hostB.exec("touch", BREAK_GLASS).orThrow();
        Result passed = tryStart(guest);
        assertThat(passed.succeeded()).as(passed.stderr()).isTrue();
        assertThat(refusal(saved)).contains("\npassed-by break-glass\n");
        awaitToldThatItPassed(saved);
        hostB.virsh("destroy", guest.name()).orThrow();
        guest.close();
        hostB.exec("rm", BREAK_GLASS).orThrow();
    }

    private void awaitToldThatItPassed(SavedVm saved) {
        Eventually.holds(
                "an Event says what was let through",
                () -> assertThat(saved.state().events())
                        .extracting(Event::getNote)
                        .anySatisfy(note -> assertThat(note).contains("would have been refused")));
        saved.state().events().stream()
                .map(Event::getNote)
                .filter(note -> note.contains("would have been refused"))
                .limit(1)
                .forEach(note -> narrator.tells("An Event says: " + note));
    }

    private Result tryStart(Guest guest) {
        narrator.command(
                "virsh start %s   # on %s".formatted(guest.name(), guest.host().name()));
        Result result = guest.tryStart();
        narrator.said(
                "virsh", (result.stdout() + result.stderr()).strip().lines().toList());
        return result;
    }

    private String refusal(SavedVm saved) {
        return deployment.hostFile(hostB, "refused/" + saved.uuid());
    }

    private SavedVm saved(String name, String guard, String... spec) {
        SavedVm saved = SavedVm.on(deployment, MainJob.NAMESPACE, name, narrator, spec);
        Eventually.isTrue(
                "host-b has the VM in its index",
                () -> deployment.hostFile(hostB, "index").contains("\n" + saved.uuid() + " " + guard + "\n"));
        return saved;
    }
}
