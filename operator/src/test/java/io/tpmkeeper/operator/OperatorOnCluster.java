package io.tpmkeeper.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.VmTpmGrant;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateSpec;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.junit.OnTheGround;
import io.tpmkeeper.testbed.junit.Own;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;

/**
 * A real API server, the operator as it is installed, and two nodes that say what they are made to say; each test with a domain
 * and a namespace of its own.
 */
@Tag("api")
@OnTheGround
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OperatorOnCluster {
    /** No longer than the reconciler rests before it looks again by itself: a wake-up that is missing shows. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    ControlPlane cluster;
    KubernetesClient client;
    OperatorProcess operator;
    String namespace;
    String uuid;
    ScriptedNode hostA;
    ScriptedNode hostB;

    @BeforeAll
    void install(@Own ControlPlane own) {
        cluster = own;
        Path root = Path.of("..").toAbsolutePath().normalize();
        cluster.kubectl("apply", "--server-side", "-f", root.resolve("crds").toString())
                .orThrow();
        cluster.kubectl("apply", "-f", root.resolve("deploy/rbac").toString()).orThrow();
        cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
                .orThrow();
        cluster.createNode("host-a");
        cluster.createNode("host-b");
        client = cluster.client();
        operator =
                OperatorProcess.start(cluster.kubeconfigForServiceAccount("tpm-keeper-system", "tpm-keeper-operator"));
    }

    @AfterAll
    void stop() {
        operator.close();
    }

    @BeforeEach
    void fresh() {
        uuid = UUID.randomUUID().toString();
        namespace = "vms-" + uuid.substring(0, 8);
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
        hostA = new ScriptedNode(client, "host-a", uuid).comes();
        hostB = new ScriptedNode(client, "host-b", uuid).comes();
    }

    List<Event> events() {
        return client.events().v1().events().inNamespace(namespace).list().getItems();
    }

    void bound(String name) {
        bound(name, null);
    }

    void bound(String name, @Nullable DeletionPolicy policy) {
        apply(name, policy);
        hostA.defines(name, namespace);
        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            assertThat(condition(name, ConditionType.BOUND)).isEqualTo(Condition.Status.TRUE);
        });
    }

    /** The first start asks, and is given the line. */
    void running(ScriptedNode node) {
        if (node.facts().line() == null) {
            node.asks();
        }
        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            assertThat(node.facts().line()).isNotNull();
            assertThat(record().getStatus().ordersOf("host-a").orElseThrow().unanswered())
                    .isFalse();
        });
        node.starts();
        untilState("vm", HostState.RUNNING);
    }

    /** A run on host-a ends with this state, and it is saved. */
    VmTpmStateStatus.Generation saved(State end) {
        running(hostA);
        hostA.stops(end);
        hostA.uploads(end);
        return current(untilState("vm", HostState.RELEASED));
    }

    void apply(String name, @Nullable DeletionPolicy policy) {
        VmTpmState state = new VmTpmState();
        state.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
        state.setSpec(new VmTpmStateSpec(VmTpmStateSpec.ofDomain(uuid).target(), null, policy, null));
        client.resource(state).create();
    }

    /**
     * The operator puts its finalizer back as soon as it sees that it is gone, and copies what is deleted then. So it is deleted just as
     * it was left without one, or left without one again.
     */
    void deleteByForce(String secret) {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            Secret bare = client.secrets()
                    .inNamespace(namespace)
                    .withName(secret)
                    .edit(s -> {
                        s.getMetadata().setFinalizers(List.of());
                        return s;
                    });
            client.resource(bare).lockResourceVersion().delete();
        });
    }

    Condition until(String name, ConditionType type, Predicate<Condition> holds) {
        return await().atMost(PATIENCE)
                .failFast("the operator has ended", () -> !operator.isAlive())
                .until(
                        () -> {
                            hostA.works();
                            hostB.works();
                            return status(name).condition(type);
                        },
                        c -> c.filter(holds).isPresent())
                .orElseThrow();
    }

    Condition ready(String reason) {
        return until("vm", ConditionType.READY, c -> c.reason().equals(reason));
    }

    Condition readyNow() {
        return status("vm").condition(ConditionType.READY).orElseThrow();
    }

    VmTpmStateStatus untilState(String name, HostState... states) {
        return await().atMost(PATIENCE)
                .until(
                        () -> {
                            hostA.works();
                            hostB.works();
                            return status(name);
                        },
                        s -> s.host() != null
                                && List.of(states).contains(s.host().state()));
    }

    void untilGone(String name) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            hostA.works();
            hostB.works();
            assertThat(client.resources(VmTpmState.class)
                            .inNamespace(namespace)
                            .withName(name)
                            .get())
                    .isNull();
        });
    }

    static VmTpmStateStatus.Generation current(VmTpmStateStatus status) {
        return Objects.requireNonNull(status.current(), "nothing is saved");
    }

    Condition.@Nullable Status condition(String name, ConditionType type) {
        return status(name).condition(type).map(Condition::status).orElse(null);
    }

    VmTpmStateStatus status(String name) {
        return client.resources(VmTpmState.class)
                .inNamespace(namespace)
                .withName(name)
                .get()
                .getStatus();
    }

    VmTpmRecord record() {
        return client.resources(VmTpmRecord.class).withName(uuid).get();
    }

    List<Secret> inbox() {
        return client.secrets()
                .inNamespace("tpm-keeper-agents")
                .withLabels(Map.of("tpmkeeper.io/kind", "inbox", "tpmkeeper.io/domain-uuid", uuid))
                .list()
                .getItems();
    }

    List<Secret> generations() {
        return client.secrets()
                .inNamespace(namespace)
                .withLabel("tpmkeeper.io/kind", "generation")
                .list()
                .getItems();
    }

    List<VmTpmGrant> grants() {
        return client.resources(VmTpmGrant.class)
                .withField("spec.domainUuid", uuid)
                .list()
                .getItems();
    }
}
