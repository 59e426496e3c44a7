package io.tpmkeeper.agent;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.api.CrdManifests;
import io.tpmkeeper.api.Marks;
import io.tpmkeeper.api.VmTpmGrant;
import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.api.VmTpmNodeSpec;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.Guest;
import io.tpmkeeper.testbed.GuestDefinition;
import io.tpmkeeper.testbed.HostProcess;
import io.tpmkeeper.testbed.LibvirtHost;
import io.tpmkeeper.testbed.Result;
import io.tpmkeeper.testbed.junit.OnTheGround;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** The agent as it is shipped, with its own rights, beside a real libvirtd, under a real API server. */
@Tag("host")
@OnTheGround
class AgentOnHostTest {
    private static final String NODE = "host-a";
    private static final String AGENTS = "tpm-keeper-agents";

    private final GuestDefinition vm = GuestDefinition.named("vm1").ownedBy("vms");
    private @Nullable KubernetesClient api;
    private @Nullable HostProcess running;

    @BeforeEach
    void clusterKnowsTheNode(ControlPlane cp) throws IOException {
        KubernetesClient client = cp.client();
        api = client;
        for (String crd : CrdManifests.yaml()) {
            client.load(new ByteArrayInputStream(crd.getBytes(StandardCharsets.UTF_8)))
                    .serverSideApply();
        }
        try (var rbac = Files.newInputStream(Path.of("../deploy/rbac/agent.yaml"))) {
            client.load(rbac).serverSideApply();
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(
                                client.resources(VmTpmGrant.class).list().getItems())
                        .isEmpty());
        client.resources(VmTpmRecord.class).delete();
        client.resources(VmTpmNode.class).delete();
        if (client.nodes().withName(NODE).get() == null) {
            cp.createNode(NODE);
        }
        VmTpmNode node = new VmTpmNode();
        node.getMetadata().setName(NODE);
        node.setSpec(new VmTpmNodeSpec("q1"));
        client.resource(node).create();
    }

    @AfterEach
    void whatTheAgentSaidIsKept(TestInfo test) throws IOException {
        if (running != null) {
            Files.writeString(
                    Path.of("target", test.getTestMethod().orElseThrow().getName() + ".log"), running.output());
        }
    }

    private HostProcess agent(ControlPlane cp, LibvirtHost host) throws IOException {
        Path kubeconfig = cp.kubeconfigForServiceAccount(AGENTS, "tpm-keeper-agent", NODE);
        HostProcess process = host.spawn(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-jar",
                Path.of("target/tpm-keeper-agent.jar").toAbsolutePath().toString(),
                "--node-name",
                NODE,
                "--kubeconfig",
                kubeconfig.toString(),
                "--wait",
                "60");
        running = process;
        return process;
    }

    private KubernetesClient api() {
        return requireNonNull(api);
    }

    private VmTpmNodeStatus node() {
        return Optional.ofNullable(api().resources(VmTpmNode.class)
                        .withName(NODE)
                        .require()
                        .getStatus())
                .orElse(VmTpmNodeStatus.EMPTY);
    }

    private static void within(Duration limit, org.awaitility.core.ThrowingRunnable holds) {
        Awaitility.await()
                .atMost(limit)
                .pollInterval(Duration.ofMillis(250))
                // The API server is on the same few cores as a guest under emulation.
                .ignoreExceptions()
                .untilAsserted(holds);
    }

    private void hookIsLive() {
        within(
                Duration.ofSeconds(90),
                () -> assertThat(node().hook())
                        .isNotNull()
                        .extracting(VmTpmNodeStatus.Hook::live)
                        .isEqualTo(true));
    }

    private String uuid() {
        return vm.uuid().toString();
    }

    private String isProtected() {
        VmTpmRecord record = new VmTpmRecord();
        record.getMetadata().setName(uuid());
        record.getMetadata().setLabels(java.util.Map.of(ApiGroup.GUARD_LABEL, "enforce"));
        record.setSpec(RecordSpec.ownedBy(new Owner("vms", "vm1", "u1")));
        return api().resource(record).create().getMetadata().getUid();
    }

    private void order(String record, Order order) {
        VmTpmGrant grant = new VmTpmGrant();
        grant.getMetadata().setName(uuid() + "." + NODE);
        grant.setSpec(new GrantSpec(
                NODE,
                uuid(),
                record,
                requireNonNull(node().hostId()),
                order,
                null,
                List.of(),
                null,
                null,
                null,
                null,
                List.of()));
        api().resource(grant)
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("test")
                        .withForce(true)
                        .build());
    }

    private Facts facts() {
        return Optional.ofNullable(api().resources(VmTpmGrant.class)
                        .withName(uuid() + "." + NODE)
                        .require()
                        .getStatus())
                .orElseGet(() -> Facts.nothing("-"));
    }

    private void forget() {
        api().resources(VmTpmGrant.class).delete();
    }

    @Test
    void theHookBecomesLiveOnARunningLibvirtdAfterTheIndex(ControlPlane cp, LibvirtHost hostA) throws IOException {
        Guest.define(hostA, vm);
        isProtected();
        assertThat(hostA.path("/etc/libvirt/hooks")).isEmptyDirectory();
        try (HostProcess agent = agent(cp, hostA)) {
            hookIsLive();
            assertThat(hostA.path("/var/lib/tpm-keeper/index")).content().contains(uuid() + " enforce");
            assertThat(Files.getLastModifiedTime(hostA.path("/etc/libvirt/hooks/qemu.d/50-tpm-keeper")))
                    .isGreaterThanOrEqualTo(Files.getLastModifiedTime(hostA.path("/var/lib/tpm-keeper/index")));
            assertThat(hostA.virsh("list", "--all", "--name").stdout().strip())
                    .as("the probe leaves nothing")
                    .isEqualTo("vm1");
            within(Duration.ofSeconds(30), () -> {
                assertThat(node().observedQuestion()).isEqualTo("q1");
                assertThat(node().domain(uuid()).orElseThrow().ownerNamespace()).isEqualTo("vms");
            });
            within(
                    Duration.ofSeconds(30),
                    () -> assertThat(api().leases()
                                    .inNamespace(AGENTS)
                                    .withName(NODE)
                                    .get())
                            .isNotNull());
            agent.stop();
            assertThat(agent.output())
                    .contains("the hook goes on without the agent")
                    .doesNotContain("ERROR");
        }
    }

    @Test
    void aStartIsAnsweredWhileTheHookHasLibvirt(ControlPlane cp, LibvirtHost hostA) throws Exception {
        Guest guest = Guest.define(hostA, vm);
        try (HostProcess agent = agent(cp, hostA)) {
            hookIsLive();
            String record = isProtected();
            within(
                    Duration.ofSeconds(30),
                    () -> assertThat(requireNonNull(node().indexed()).count()).isEqualTo(1));
            CompletableFuture<Result> start = new CompletableFuture<>();
            // A thread of its own: the API client needs the common pool, which has one thread on two cores.
            Thread.ofPlatform().start(() -> start.complete(guest.tryStart()));
            within(
                    Duration.ofSeconds(30),
                    () -> assertThat(requireNonNull(
                                            node().domain(uuid()).orElseThrow().facts())
                                    .request())
                            .isNotNull());
            order(record, Order.held("o1", 1_800_000_000, Content.NONE));
            assertThat(start.get().succeeded())
                    .as("libvirt waited for us, and we not for libvirt")
                    .isTrue();
            within(Duration.ofSeconds(30), () -> {
                assertThat(facts().acked()).isEqualTo("o1");
                assertThat(facts().run()).isNotNull();
                assertThat(requireNonNull(facts().run()).online()).isTrue();
            });
            hostA.virsh("destroy", "vm1").orThrow();
            guest.undefine().orThrow();
            within(
                    Duration.ofSeconds(60),
                    () -> assertThat(api().secrets()
                                    .inNamespace(AGENTS)
                                    .withLabel(Marks.KIND, Marks.KIND_INBOX)
                                    .withLabel(Marks.DOMAIN, uuid())
                                    .list()
                                    .getItems())
                            .as(agent.output())
                            .extracting(Secret::getType)
                            .containsExactly("tpmkeeper.io/state"));
            assertThat(requireNonNull(facts().line()).state()).isEqualTo(LineState.HELD);
        } finally {
            forget();
        }
    }
}
