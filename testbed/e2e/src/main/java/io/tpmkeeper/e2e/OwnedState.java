package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.LossReason;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A VmTpmState as its owner applies, watches and deletes it. */
final class OwnedState {
    private final Deployment deployment;
    private final String namespace;
    private final String name;
    private final String uuid;

    OwnedState(Deployment deployment, String namespace, String name, String uuid) {
        this.deployment = deployment;
        this.namespace = namespace;
        this.name = name;
        this.uuid = uuid;
    }

    String uuid() {
        return uuid;
    }

    /** @param more further lines of the spec, such as {@code className: x} */
    String yaml(String... more) {
        StringBuilder spec = new StringBuilder("  target: {domainUUID: %s}\n".formatted(uuid));
        for (String line : more) {
            spec.append("  ").append(line).append('\n');
        }
        return """
               apiVersion: tpmkeeper.io/v1alpha1
               kind: VmTpmState
               metadata: {name: %s, namespace: %s}
               spec:
               %s""".formatted(name, namespace, spec);
    }

    void apply(String... more) {
        deployment.applyYaml(yaml(more)).orThrow();
    }

    Optional<VmTpmState> get() {
        return Optional.ofNullable(deployment
                .client()
                .resources(VmTpmState.class)
                .inNamespace(namespace)
                .withName(name)
                .get());
    }

    VmTpmStateStatus status() {
        return get().map(VmTpmState::getStatus).orElse(VmTpmStateStatus.EMPTY);
    }

    /** Waits for a condition with this status and reason, and returns its message. */
    String await(ConditionType type, boolean wanted, @Nullable Reason reason) {
        Eventually.holds("%s: %s is %s%s".formatted(name, type, wanted, reason == null ? "" : "/" + reason), () -> {
            VmTpmStateStatus status = status();
            Condition condition = status.condition(type).orElse(null);
            assertThat(condition)
                    .as("%s in %s", type, Serialization.asYaml(status))
                    .isNotNull();
            assertThat(condition.status())
                    .as("%s in %s", type, Serialization.asYaml(status))
                    .isEqualTo(wanted ? Condition.Status.TRUE : Condition.Status.FALSE);
            if (reason != null) {
                assertThat(condition.reason())
                        .as("%s in %s", type, Serialization.asYaml(status))
                        .isEqualTo(reason.toString());
            }
        });
        return condition(type).message();
    }

    /** Waits until a person is asked to decide for this reason, and reads with kubectl what there is to choose. */
    PendingDecision awaitDecision(LossReason reason) {
        Eventually.holds("%s asks for a decision: %s".formatted(name, reason), () -> {
            VmTpmStateStatus.PendingDecision pending = pendingDecision();
            assertThat(pending).as("decision in %s", kubectlGet()).isNotNull();
            assertThat(pending.reason()).as("decision in %s", kubectlGet()).isEqualTo(reason);
        });
        return new PendingDecision(deployment, namespace, name, Objects.requireNonNull(pendingDecision()));
    }

    /**
     * Answers as its owner does, until the answer is taken: what is asked may have changed between reading and writing, and an
     * answer to what is not asked any more does nothing.
     *
     * @param node that the option is about; {@code any} for none
     */
    void decide(LossReason reason, String node, String saying) {
        Eventually.holds("%s is not asked for a decision any more: %s".formatted(name, reason), () -> {
            VmTpmStateStatus.PendingDecision pending = pendingDecision();
            if (pending != null && pending.reason() == reason) {
                new PendingDecision(deployment, namespace, name, pending).accept(node, saying);
            }
            assertThat(pending).as("decision").isNull();
        });
    }

    void awaitNoDecision() {
        Eventually.holds(
                name + " asks for no decision any more",
                () -> assertThat(pendingDecision()).as("decision").isNull());
    }

    private VmTpmStateStatus.@Nullable PendingDecision pendingDecision() {
        VmTpmStateStatus status =
                Serialization.unmarshal(kubectlGet(), VmTpmState.class).getStatus();
        return status == null ? null : status.pendingDecision();
    }

    private String kubectlGet() {
        return deployment
                .controlPlane()
                .kubectl("-n", namespace, "get", "vmtpmstate", name, "-o", "yaml")
                .orThrow()
                .stdout();
    }

    Condition condition(ConditionType type) {
        return status().condition(type).orElseThrow();
    }

    void await(HostState state, String node) {
        Eventually.holds("%s is %s on %s".formatted(name, state, node), () -> {
            VmTpmStateStatus status = status();
            assertThat(status.host())
                    .as("host in %s", Serialization.asYaml(status))
                    .isNotNull();
            assertThat(status.host().state() + " on " + status.host().node())
                    .as("host in %s", Serialization.asYaml(status))
                    .isEqualTo(state + " on " + node);
        });
    }

    /** The number of the newest generation; 0 before the first. */
    long generation() {
        VmTpmStateStatus.Generation current = status().current();
        return current == null ? 0 : current.generation();
    }

    /** Waits until a stop's state, newer than the given generation, is in the cluster. */
    VmTpmStateStatus.Generation awaitSavedAfter(long before) {
        Eventually.holds("%s is saved by a generation after %d".formatted(name, before), () -> {
            VmTpmStateStatus status = status();
            assertThat(generation())
                    .as("generation in %s", Serialization.asYaml(status))
                    .isGreaterThan(before);
            assertThat(status.host()).extracting(VmTpmStateStatus.Host::state).isEqualTo(HostState.RELEASED);
        });
        return Objects.requireNonNull(status().current());
    }

    /** Its generation Secrets, whether or not it still is there. */
    List<Secret> secrets() {
        return deployment
                .client()
                .secrets()
                .inNamespace(namespace)
                .withLabel("tpmkeeper.io/domain-uuid", uuid)
                .list()
                .getItems();
    }

    List<Event> events() {
        return deployment.client().events().v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> event.getRegarding() != null
                        && name.equals(event.getRegarding().getName()))
                .toList();
    }

    void delete() {
        deployment
                .controlPlane()
                .kubectl("-n", namespace, "delete", "vmtpmstate", name, "--wait=false")
                .orThrow();
    }

    void awaitGone() {
        Eventually.holds(
                name + " is gone",
                () -> assertThat(get().map(Serialization::asYaml)).isEmpty());
    }
}
