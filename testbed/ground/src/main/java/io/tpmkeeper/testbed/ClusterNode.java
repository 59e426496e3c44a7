package io.tpmkeeper.testbed;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * One node of a {@link Cluster}: a {@link LibvirtHost} with a kubelet, containerd, a network and control groups of its own. What a
 * pod's hostPath shows of /etc, /var, /run and /sys is this node's; the rest of the file system is the machine's.
 *
 * <p>Its disk outlives a {@link #powerOff()}: images, containers' files, libvirt's state. /run and all processes do not.
 */
public final class ClusterNode implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(90);

    private final Enclosure enclosure;
    private final ControlPlane controlPlane;
    private final LibvirtHost host;
    private final String address;

    private ClusterNode(Enclosure enclosure, ControlPlane controlPlane, LibvirtHost host, String address) {
        this.enclosure = enclosure;
        this.controlPlane = controlPlane;
        this.host = host;
        this.address = address;
    }

    /** A new node with an empty disk, without power. {@code number} gives it its place in the network. */
    static ClusterNode unpowered(
            Enclosure enclosure, ControlPlane controlPlane, ClusterNetwork network, String name, int number) {
        Path disk = enclosure.newDirectory(name);
        ClusterNode node = new ClusterNode(
                enclosure, controlPlane, LibvirtHost.ofNode(enclosure, name, disk), network.node(number));
        try {
            node.equip(Files.createDirectory(disk.resolve("node")), network, number);
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String name() {
        return host.name();
    }

    /** Its InternalIP. */
    public String address() {
        return address;
    }

    /** Its libvirt, disk and commands. Power is for this node and not for that view of it to switch. */
    public LibvirtHost host() {
        return host;
    }

    /** Starts it, or starts it again on the disk that it has, and waits until it is Ready. */
    public void boot() {
        host.boot();
        startKubelet();
        awaitReady();
    }

    /** Power loss: every process, mount and address of the node goes at once. The cluster takes 12 s to notice. */
    public void powerOff() {
        host.powerOff();
    }

    /** SIGKILL to the kubelet; containers and VMs go on. */
    public void killKubelet() {
        host.exec("sh", "-c", "kill -KILL $(cat /run/kubelet.pid)").orThrow();
    }

    /** Starts the kubelet, as it is not running. */
    public void startKubelet() {
        host.exec(enclosure.script("start-kubelet")).orThrow();
    }

    /**
     * Loads the images of an archive (OCI or docker-archive), under the names that it gives them. Pods on this node use them
     * with {@code imagePullPolicy: Never} or {@code IfNotPresent}.
     */
    public void load(Path archive) {
        // On standard input, since the archive may lie where the node has a file system of its own.
        Result.of(host.command("ctr", "--namespace", "k8s.io", "images", "import", "-"), archive)
                .orThrow();
    }

    /** The names of the images that are here. */
    public List<String> images() {
        return host.exec("ctr", "--namespace", "k8s.io", "images", "list", "--quiet")
                .orThrow()
                .stdout()
                .lines()
                .filter(image -> !image.startsWith("sha256:"))
                .toList();
    }

    /** What the kubelet said, over all boots. */
    public Path kubeletLog() {
        return enclosure.logsOf(host.disk()).resolve("kubelet.log");
    }

    /** What containerd said, over all boots. */
    public Path containerdLog() {
        return enclosure.logsOf(host.disk()).resolve("containerd.log");
    }

    /**
     * Waits until the API says that this node is Ready and takes pods, and its kubelet knows those that it has: until then
     * {@code kubectl exec} knows none of them.
     */
    public void awaitReady() {
        await("Ready", ClusterNode::isReady);
        Awaitility.await(name() + "'s kubelet knows its pods")
                .atMost(READY_WITHIN)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .until(this::kubeletKnowsItsPods);
    }

    /** Waits until the API says that this node is not Ready. */
    public void awaitNotReady() {
        await("NotReady", node -> !isReady(node));
    }

    private void await(String what, Predicate<@Nullable Node> condition) {
        try {
            controlPlane
                    .client()
                    .nodes()
                    .withName(name())
                    .waitUntilCondition(condition, READY_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (KubernetesClientTimeoutException e) {
            throw new IllegalStateException(
                    name() + " did not become " + what + "; its kubelet's log is " + kubeletLog(), e);
        }
    }

    private boolean kubeletKnowsItsPods() {
        KubernetesClient client = controlPlane.client();
        List<Pod> bound = client.pods()
                .inAnyNamespace()
                .withField("spec.nodeName", name())
                .list()
                .getItems();
        try {
            String known = client.raw("/api/v1/nodes/" + name() + "/proxy/pods");
            return bound.stream()
                    .allMatch(pod -> known.contains(pod.getMetadata().getUid()));
        } catch (KubernetesClientException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        host.close();
    }

    private static boolean isReady(@Nullable Node node) {
        return node != null
                && node.getSpec().getTaints().stream()
                        .noneMatch(taint -> taint.getKey().startsWith("node.kubernetes.io/"))
                && node.getStatus().getConditions().stream()
                        .filter(condition -> "Ready".equals(condition.getType()))
                        .map(NodeCondition::getStatus)
                        .anyMatch("True"::equals);
    }

    /** Gives it what the installer of a node would: addresses, the kubelet's two certificates and its kubeconfig. */
    private void equip(Path directory, ClusterNetwork network, int number) throws IOException {
        Pki pki = controlPlane.pki();
        Pki.KeyPair serving = pki.serving("serving-" + name(), "DNS:" + name() + ",IP:" + address);
        Files.copy(serving.certificate(), directory.resolve("serving.crt"));
        Files.copy(serving.key(), directory.resolve("serving.key"));
        Files.copy(pki.authority(), directory.resolve("ca.crt"));
        Files.copy(
                controlPlane.kubeconfigFor("system:node:" + name(), List.of("system:nodes")),
                directory.resolve("kubeconfig"));
        Files.writeString(directory.resolve("hosts"), network.gateway() + " kube-apiserver\n");
        Files.writeString(directory.resolve("node.env"), """
                ADDRESS=%s
                GATEWAY=%s
                BRIDGE=%s
                LINK=%s
                PODS=%s
                API=%s
                SERVICE=%s
                KUBE_BIN=%s
                """.formatted(
                        address,
                        network.gateway(),
                        network.bridge(),
                        network.link(number),
                        network.pods(number),
                        controlPlane.apiAddress(),
                        ControlPlaneForm.API_SERVICE,
                        enclosure.kubernetes()));
    }
}
