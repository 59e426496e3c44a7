package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.Watch;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.Marks;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.testbed.Cluster;
import io.tpmkeeper.testbed.ClusterNode;
import io.tpmkeeper.testbed.LibvirtHost;
import io.tpmkeeper.testbed.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The life of the software on two real nodes, while VMs run: upgraded, replaced, joined, removed. Each test has VMs of its own and can
 * be run alone; the removal comes last.
 */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LifeTest {
    private static final String NAMESPACE = "vms";
    private static final String HOOK = "/etc/libvirt/hooks/qemu.d/50-tpm-keeper";

    private final Log log = new Log();
    private final Cluster cluster = Cluster.start();
    private final Release release = new Release(cluster);
    private final Path chart = release.chart();

    @AutoClose
    private Deployment deployment;

    private LibvirtHost hostA;
    private LibvirtHost hostB;

    @BeforeAll
    void installAnOlderRelease() throws IOException {
        release.use(OlderChart.of(chart));
        deployment = EndsOnly.besideTheDefault(Deployment.on(cluster, release));
        release.use(chart);
        hostA = deployment.hostA();
        hostB = deployment.hostB();
        deployment.createNamespace(NAMESPACE);
    }

    @Test
    @Order(1)
    void an_upgrade_brings_CRDs_hook_operator_and_agents_while_a_VM_runs_and_its_stop_is_saved() {
        SavedVm vm = running("upgraded");
        String qemu = qemu(vm);
        List<String> old = ourPods();
        String hook = hook();
        hostA.exec("sed", "-i", "s/^version=.*/version=0.0.1/", HOOK).orThrow();
        assertThat(columns()).doesNotContain("GEN");

        release.helm("upgrade", "agent.podAnnotations.upgraded=yes", "operator.podAnnotations.upgraded=yes")
                .orThrow();

        Eventually.holds(
                "only new pods are left", () -> assertThat(ourPods()).hasSize(4).doesNotContainAnyElementsOf(old));
        Eventually.holds("the CRD is the newer one", () -> assertThat(columns()).contains("GEN"));
        Eventually.holds("the hook is the new agent's", () -> assertThat(hook()).isEqualTo(hook));
        deployment.hosts().forEach(deployment::awaitHook);
        assertThat(qemu(vm)).as("QEMU's process").isEqualTo(qemu);
        vm.guest().knowsAll();
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(0);
        startsElsewhereAndKnowsAll(vm);
    }

    @Test
    @Order(2)
    void agents_are_replaced_one_by_one_while_VMs_stop_and_start_and_each_stop_is_saved() {
        SavedVm a = running("stays");
        SavedVm b = SavedVm.on(deployment, NAMESPACE, "moves", log, EndsOnly.NAMED);
        b.guest().undefine();
        b.guest().defineOn(hostB);
        b.guest().bootAndKnowAll();
        b.state().await(HostState.RUNNING, "host-b");
        List<String> old = pods(Release.AGENTS);

        CompletableFuture<Result> rollout = CompletableFuture.supplyAsync(() -> {
            deployment
                    .controlPlane()
                    .kubectl("-n", Release.AGENTS, "rollout", "restart", "daemonset/tpm-keeper-agent")
                    .orThrow();
            return deployment
                    .controlPlane()
                    .kubectl("-n", Release.AGENTS, "rollout", "status", "daemonset/tpm-keeper-agent", "--timeout=180s");
        });
        do {
            for (SavedVm vm : List.of(a, b)) {
                vm.guest().powerOff();
                vm.guest().bootAndKnowAll();
            }
        } while (!rollout.isDone());
        rollout.join().orThrow();
        assertThat(pods(Release.AGENTS)).hasSize(2).doesNotContainAnyElementsOf(old);
        deployment.hosts().forEach(deployment::awaitHook);

        for (SavedVm vm : List.of(a, b)) {
            vm.state().await(HostState.RUNNING, vm.guest().host().name());
            long before = vm.state().generation();
            vm.guest().powerOff();
            vm.state().awaitSavedAfter(before);
        }
        startsElsewhereAndKnowsAll(a);
        b.guest().undefine();
        b.guest().defineOn(hostA);
        b.guest().bootAndKnowAll();
        b.guest().powerOff();
    }

    @ParameterizedTest(name = "killed when the {0} appears")
    @ValueSource(strings = {Marks.KIND_INBOX, Marks.KIND_GENERATION})
    @Order(3)
    void the_leader_dies_in_the_middle_of_a_promotion_and_the_other_replica_ends_it(String kind) {
        Replicas replicas = new Replicas(deployment.controlPlane());
        SavedVm vm = running("failover-" + kind);
        Replicas.Leader leader = replicas.leader();
        CompletableFuture<String> seen = new CompletableFuture<>();

        try (Watch ignored = replicas.killWhenItAppears(leader, kind, namespace(kind), vm.uuid(), seen)) {
            vm.guest().powerOff();
            log.tells("killed " + leader.pod() + " at " + seen.join());
        }
        replicas.forceDelete(leader.pod());
        VmTpmStateStatus.Generation current = vm.state().awaitSavedAfter(0);

        assertThat(replicas.holder()).as("who leads").isNotBlank().isNotEqualTo(leader.identity());
        assertThat(current.generation()).isEqualTo(1);
        assertThat(vm.state().secrets())
                .extracting(secret -> secret.getMetadata().getName())
                .containsExactly(current.secretName());
        Eventually.holds("no upload is left", () -> assertThat(inbox(vm.uuid())).isEmpty());
        startsElsewhereAndKnowsAll(vm);
        assertThat(vm.state().awaitSavedAfter(1).generation()).isEqualTo(2);
    }

    @Test
    @Order(4)
    void libvirtd_restarts_and_dies_while_a_VM_runs_and_its_stop_is_saved() {
        SavedVm vm = running("restarted");
        String qemu = qemu(vm);

        hostA.restartLibvirtd();
        hostA.killLibvirtd();
        hostA.startLibvirtd();

        assertThat(qemu(vm)).as("QEMU's process").isEqualTo(qemu);
        vm.guest().knowsAll();
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(0);
        deployment.hosts().forEach(deployment::awaitHook);
        startsElsewhereAndKnowsAll(vm);
    }

    @Test
    @Order(5)
    void a_node_that_joins_has_hook_and_index_before_its_first_protected_start() {
        SavedVm vm = SavedVm.on(deployment, NAMESPACE, "joins", log, EndsOnly.NAMED);
        vm.guest().undefine();
        ClusterNode hostC = cluster.join("host-c");

        release.equip(hostC);

        Eventually.isTrue(
                "the hook is on host-c", () -> Files.exists(hostC.host().path(HOOK)));
        assertThat(deployment.hostFile(hostC.host(), "index"))
                .as("the index that lies there with the hook")
                .contains("\n" + vm.uuid() + " enforce\n");
        deployment.awaitHook(hostC.host());
        vm.guest().defineOn(hostC.host());
        vm.guest().bootAndKnowAll();
        vm.state().await(HostState.RUNNING, "host-c");
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(1);
        vm.guest().undefine();
        vm.guest().defineOn(hostA);
        vm.guest().bootAndKnowAll();
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(2);
    }

    @Test
    @Order(6)
    void after_an_uninstallation_VMs_start_and_stop_with_the_hook_alone_and_the_removal_leaves_nothing()
            throws IOException {
        SavedVm vm = running("stays-behind");
        String takeOffHost = script("take-off-host.sh");
        assertThat(hostA.exec("bash", "-c", takeOffHost).stderr()).contains("the agent runs");
        assertThat(hostA.path(HOOK)).exists();

        release.uninstall();
        Eventually.holds(
                "nothing of the release runs", () -> assertThat(ourPods()).isEmpty());

        List<String> entries = deployment.entries(hostA, vm.uuid());
        vm.guest().powerOff();
        assertThat(deployment.entries(hostA, vm.uuid()))
                .as("the spool after a stop without an agent")
                .isNotEqualTo(entries);
        vm.guest().undefine();
        vm.guest().defineOn(hostA);
        Result refused = hostA.exec("bash", "-c", takeOffHost);
        assertThat(refused.succeeded()).as(refused.stdout()).isFalse();
        assertThat(refused.stderr()).contains(vm.uuid() + ": its newest state does not lie where libvirt looks for it");
        vm.guest().bootAndKnowAll();
        vm.guest().powerOff();

        for (LibvirtHost host : deployment.hosts()) {
            host.exec("bash", "-c", takeOffHost).orThrow();
            assertThat(host.path(HOOK)).doesNotExist();
            assertThat(Deployment.names(host.path("/var/lib/tpm-keeper")))
                    .allSatisfy(name -> assertThat(name).startsWith("removed."));
            assertThat(host.path("/run/tpm-keeper")).doesNotExist();
        }
        vm.guest().bootAndKnowAll();
        vm.guest().powerOff();

        deployment.client().namespaces().withName(NAMESPACE).delete();
        deployment.shell(hostA, script("take-off-cluster.sh")).orThrow();
        Eventually.isTrue(
                "the namespace is gone",
                () -> deployment.client().namespaces().withName(NAMESPACE).get() == null);
        assertThat(deployment
                        .controlPlane()
                        .kubectl("delete", "vmtpmgrants,vmtpmrecords,vmtpmnodes", "--all", "--timeout=60s")
                        .orThrow()
                        .stderr())
                .isEmpty();
    }

    /** As a VM is where it is to be stopped next: it ran on, and something was written. */
    private SavedVm running(String name) {
        return SavedVm.running(deployment, NAMESPACE, name, log, EndsOnly.NAMED);
    }

    /** From host-a to host-b, where nothing is but what the cluster has. */
    private void startsElsewhereAndKnowsAll(SavedVm vm) {
        vm.guest().undefine();
        vm.guest().defineOn(hostB);
        vm.guest().bootAndKnowAll();
        vm.guest().powerOff();
    }

    private static String namespace(String kind) {
        return kind.equals(Marks.KIND_INBOX) ? Release.AGENTS : NAMESPACE;
    }

    private List<Secret> inbox(String uuid) {
        return deployment
                .client()
                .secrets()
                .inNamespace(Release.AGENTS)
                .withLabel(Marks.KIND, Marks.KIND_INBOX)
                .withLabel(Marks.DOMAIN, uuid)
                .list()
                .getItems();
    }

    private String columns() {
        return deployment
                .controlPlane()
                .kubectl("-n", NAMESPACE, "get", "vmtpmstates")
                .orThrow()
                .stdout()
                .lines()
                .findFirst()
                .orElseThrow();
    }

    private String hook() {
        return hostA.exec("cat", HOOK).orThrow().stdout();
    }

    private static String qemu(SavedVm vm) {
        String process = vm.guest()
                .host()
                .exec(
                        "pgrep",
                        "-f",
                        "qemu-system.*guest=" + vm.guest().definition().name() + ",")
                .stdout();
        assertThat(process).isNotEmpty();
        return process;
    }

    private List<String> ourPods() {
        return Stream.of(Release.SYSTEM, Release.AGENTS)
                .flatMap(namespace -> pods(namespace).stream())
                .toList();
    }

    private List<String> pods(String namespace) {
        return release.pods(namespace, null).stream()
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    private String script(String name) throws IOException {
        return Files.readString(chart.resolve("../../docs/removal").resolve(name));
    }
}
