package io.tpmkeeper.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.tpmkeeper.testbed.junit.OnTheGround;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cluster")
@OnTheGround
class ClusterTest {
    private static final String IMAGE = "localhost/looker:1";

    /** A pod on each node that says what it sees there. */
    private static final String LOOKER = """
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: looker, namespace: default}
            spec:
              selector: {matchLabels: {app: looker}}
              template:
                metadata: {labels: {app: looker}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                    - name: looker
                      image: %s
                      imagePullPolicy: Never
                      command: [sh, -c, "echo looking; exec httpd -f -p 8080 -h /host/etc"]
                      volumeMounts:
                        - {name: etc, mountPath: /host/etc, readOnly: true}
                        - {name: libvirt, mountPath: /host/run/libvirt}
                        - {name: state, mountPath: /host/var/lib/tpm-keeper}
                  volumes:
                    - {name: etc, hostPath: {path: /etc, type: Directory}}
                    - {name: libvirt, hostPath: {path: /run/libvirt, type: Directory}}
                    - {name: state, hostPath: {path: /var/lib/tpm-keeper, type: Directory}}
            """.formatted(IMAGE);

    private final Cluster cluster;
    private final ControlPlane controlPlane;
    private final ClusterNode a;
    private final ClusterNode b;

    ClusterTest(Cluster cluster) {
        this.cluster = cluster;
        this.controlPlane = cluster.controlPlane();
        this.a = cluster.node("host-a");
        this.b = cluster.node("host-b");
    }

    @BeforeAll
    static void run_a_looker_on_each_node(Cluster cluster, @TempDir Path directory) {
        Path archive = directory.resolve("looker.tar");
        Result.of(new ProcessBuilder(Enclosure.required().script("tiny-image"), IMAGE).redirectOutput(archive.toFile()))
                .orThrow();
        cluster.nodes().forEach(node -> node.load(archive));
        cluster.controlPlane()
                .client()
                .load(new ByteArrayInputStream(LOOKER.getBytes(StandardCharsets.UTF_8)))
                .create();
    }

    @Test
    void its_nodes_are_ready_at_addresses_that_are_reserved_for_tests() {
        assertThat(cluster.nodes()).extracting(ClusterNode::name).containsExactly("host-a", "host-b");
        for (ClusterNode node : cluster.nodes()) {
            node.awaitReady();
            assertThat(controlPlane
                            .client()
                            .nodes()
                            .withName(node.name())
                            .require()
                            .getStatus()
                            .getAddresses())
                    .contains(new NodeAddress(node.address(), "InternalIP"), new NodeAddress(node.name(), "Hostname"));
            assertThat(node.address()).startsWith("198.18.");
        }
    }

    @Test
    void a_pod_sees_its_own_nodes_libvirt_and_disk_and_nothing_of_the_others() throws IOException {
        for (ClusterNode node : cluster.nodes()) {
            Files.writeString(node.host().path("/var/lib/tpm-keeper/of-" + node.name()), "");
        }
        for (ClusterNode node : cluster.nodes()) {
            assertThat(inLooker(node, "cat", "/host/etc/hostname")).isEqualTo(node.name() + "\n");
            assertThat(inLooker(node, "ls", "/host/var/lib/tpm-keeper")).isEqualTo("of-" + node.name() + "\n");
            assertThat(inLooker(node, "stat", "-c", "%i", "/host/run/libvirt/libvirt-sock")
                            .strip())
                    .isEqualTo(inode(node, "/run/libvirt/libvirt-sock"));
        }
        assertThat(inode(a, "/run/libvirt/libvirt-sock")).isNotEqualTo(inode(b, "/run/libvirt/libvirt-sock"));
        assertThat(a.host().path("/run/tpm-keeper-ground")).doesNotExist();
    }

    @Test
    void a_pod_reaches_the_API_server_by_its_Services_address() {
        for (ClusterNode node : cluster.nodes()) {
            assertThat(inLooker(
                            node,
                            "sh",
                            "-c",
                            "printf 'GET / HTTP/1.0\\r\\n\\r\\n' |"
                                    + " nc -w 10 $KUBERNETES_SERVICE_HOST $KUBERNETES_SERVICE_PORT"))
                    .contains("Client sent an HTTP request to an HTTPS server");
        }
    }

    @Test
    void a_pod_reaches_a_pod_on_the_other_node() {
        String address = looker(b).getStatus().getPodIP();
        assertThat(inLooker(a, "wget", "-q", "-O", "-", "http://" + address + ":8080/hostname"))
                .isEqualTo("host-b\n");
    }

    @Test
    void VMs_with_a_TPM_run_on_a_node_and_are_its_own() {
        Guest guest = Guest.define(a.host(), GuestDefinition.named("vm"));
        guest.start();

        assertThat(guest.isActive()).isTrue();
        assertThat(b.host().virsh("domstate", "vm").succeeded()).isFalse();
        a.host().virsh("destroy", "vm").orThrow();
        guest.undefine().orThrow();
    }

    @Test
    void a_node_that_joins_takes_pods() {
        ClusterNode late = cluster.join("host-c");
        try {
            assertThat(late.images()).contains("localhost/pause:1");
            Eventually.isTrue(() -> !controlPlane
                    .client()
                    .pods()
                    .inNamespace("default")
                    .withLabel("app", "looker")
                    .withField("spec.nodeName", "host-c")
                    .list()
                    .getItems()
                    .isEmpty());
        } finally {
            cluster.remove("host-c");
        }
        assertThat(controlPlane.client().nodes().withName("host-c").get()).isNull();
    }

    @Test
    void kubectl_shows_what_a_pod_said() {
        assertThat(controlPlane
                        .kubectl("logs", looker(b).getMetadata().getName())
                        .orThrow()
                        .stdout())
                .isEqualTo("looking\n");
    }

    @Test
    void a_node_that_lost_its_power_is_NotReady_and_comes_back_with_its_disk() throws IOException {
        inLooker(b, "true");
        Files.writeString(b.host().path("/var/lib/tpm-keeper/on-disk"), "kept");
        String before = looker(b).getStatus().getContainerStatuses().getFirst().getContainerID();

        b.powerOff();
        b.awaitNotReady();
        assertThat(inLooker(a, "cat", "/host/etc/hostname")).isEqualTo("host-a\n");

        b.boot();
        assertThat(b.host().path("/var/lib/tpm-keeper/on-disk")).hasContent("kept");
        assertThat(b.images()).contains(IMAGE);
        Eventually.isTrue(() -> !looker(b)
                .getStatus()
                .getContainerStatuses()
                .getFirst()
                .getContainerID()
                .equals(before));
        assertThat(inLooker(b, "cat", "/host/etc/hostname")).isEqualTo("host-b\n");
        Files.delete(b.host().path("/var/lib/tpm-keeper/on-disk"));
    }

    @Test
    void containers_go_on_without_their_kubelet() {
        String before = inLooker(a, "stat", "-c", "%Z", "/proc/1");

        a.killKubelet();
        List<String> httpds =
                a.host().exec("pgrep", "-x", "httpd").orThrow().stdout().lines().toList();
        assertThat(httpds).hasSize(1);
        a.startKubelet();

        a.awaitReady();
        assertThat(inLooker(a, "stat", "-c", "%Z", "/proc/1")).isEqualTo(before);
        assertThat(a.host().exec("pgrep", "-x", "httpd").orThrow().stdout().lines())
                .isEqualTo(httpds);
    }

    /** The looker on a node; waits until it is ready. */
    private Pod looker(ClusterNode node) {
        return controlPlane
                .client()
                .pods()
                .inNamespace("default")
                .withLabel("app", "looker")
                .withField("spec.nodeName", node.name())
                .waitUntilCondition(Readiness.getInstance()::isReady, 60, TimeUnit.SECONDS);
    }

    private String inLooker(ClusterNode node, String... command) {
        List<String> arguments =
                new ArrayList<>(List.of("exec", looker(node).getMetadata().getName(), "--"));
        arguments.addAll(List.of(command));
        return controlPlane.kubectl(arguments.toArray(String[]::new)).orThrow().stdout();
    }

    private static String inode(ClusterNode node, String path) throws IOException {
        return Files.getAttribute(node.host().path(path), "unix:ino").toString();
    }
}
