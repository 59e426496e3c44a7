package io.tpmkeeper.e2e;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.testbed.Cluster;
import io.tpmkeeper.testbed.ClusterNode;
import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.Enclosure;
import io.tpmkeeper.testbed.LibvirtHost;
import io.tpmkeeper.testbed.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * TPM Keeper on a control plane and two libvirt hosts, in one of two forms: as programs beside a control plane whose nodes are
 * objects only ({@link Programs}, quicker), or by its chart on a cluster of two real nodes ({@link Release}). libvirtd runs before
 * its agent comes, and no hook is there.
 */
public final class Deployment implements AutoCloseable {
    /** Longer than any answer takes on a busy machine: a start that waits is not to be refused for the machine's slowness. */
    static final int PATIENT = 90;

    private final Enclosure enclosure = Enclosure.required();
    private final ControlPlane controlPlane;
    private final LibvirtHost hostA;
    private final LibvirtHost hostB;
    private final Installation installation;
    private final int wait;
    private final Runnable end;

    private Deployment(
            ControlPlane controlPlane, List<LibvirtHost> hosts, Installation installation, int wait, Runnable end) {
        this.controlPlane = controlPlane;
        this.hostA = hosts.get(0);
        this.hostB = hosts.get(1);
        this.installation = installation;
        this.wait = wait;
        this.end = end;
    }

    /** Starts programs beside a control plane and two libvirt hosts, and waits until both hooks are proven live. */
    public static Deployment ofPrograms() {
        return ofPrograms(PATIENT);
    }

    /** The same, where a start that waits is refused after some seconds: for tests that want refusals, and start again. */
    static Deployment ofPrograms(int wait) {
        return ofPrograms(wait, ControlPlane::start);
    }

    /** Programs as of {@link #ofPrograms()}, and an API server that writes down calls in {@link #auditLog}. */
    public static Deployment ofAuditedPrograms(Path policy) {
        return ofPrograms(PATIENT, () -> ControlPlane.startAudited(policy));
    }

    private static Deployment ofPrograms(int wait, Supplier<ControlPlane> start) {
        CompletableFuture<LibvirtHost> hostA = CompletableFuture.supplyAsync(() -> LibvirtHost.start("host-a"));
        CompletableFuture<LibvirtHost> hostB = CompletableFuture.supplyAsync(() -> LibvirtHost.start("host-b"));
        ControlPlane controlPlane = start.get();
        List<LibvirtHost> hosts = List.of(hostA.join(), hostB.join());
        return new Deployment(controlPlane, hosts, new Programs(controlPlane, hosts), wait, () -> {
                    hosts.forEach(LibvirtHost::close);
                    controlPlane.close();
                })
                .started();
    }

    /** Starts a cluster of two nodes, installs the chart on it, and waits until both hooks are proven live. */
    public static Deployment onCluster() {
        Cluster cluster = Cluster.start();
        return on(cluster, new Release(cluster));
    }

    /** The same, for a test that does more with cluster and release; both end with the deployment. */
    static Deployment on(Cluster cluster, Release release) {
        return new Deployment(
                        cluster.controlPlane(),
                        cluster.nodes().stream().map(ClusterNode::host).toList(),
                        release,
                        PATIENT,
                        cluster::close)
                .started();
    }

    private Deployment started() {
        try {
            installation.install(wait);
            hosts().forEach(this::awaitHook);
            return this;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    public KubernetesClient client() {
        return controlPlane.client();
    }

    public Path auditLog() {
        return controlPlane.auditLog();
    }

    public LibvirtHost hostA() {
        return hostA;
    }

    LibvirtHost hostB() {
        return hostB;
    }

    List<LibvirtHost> hosts() {
        return List.of(hostA, hostB);
    }

    void startOperator() {
        installation.startOperator();
    }

    void stopOperator() {
        installation.stopOperator();
    }

    /** @param wait seconds that a start waits for an answer before it is refused */
    void startAgent(LibvirtHost host, int wait) {
        installation.startAgent(host, wait);
    }

    void stopAgent(LibvirtHost host) {
        installation.stopAgent(host);
    }

    /** Stops the agent and starts it again with another limit for starts that wait. */
    void restartAgent(LibvirtHost host, int wait) {
        stopAgent(host);
        startAgent(host, wait);
        Eventually.isTrue(
                "the agent of " + host.name() + " takes up its limit",
                () -> hostFile(host, "config").contains("wait " + wait + "\n"));
    }

    /** Waits until operator and agents have ended by themselves, and are started again as a kubelet does. */
    void awaitRestart() {
        installation.awaitRestart();
    }

    /** Power loss of a host; what was on its disk is all that it has when it comes back. */
    void powerOff(LibvirtHost host) {
        installation.powerOff(host);
    }

    /** Boots the host. Its agent is not there yet: a test may look, or do something to the disk, before it comes. */
    void powerOn(LibvirtHost host) {
        installation.powerOn(host);
    }

    /** The agent again, with the limit for starts that this deployment has. */
    void startAgent(LibvirtHost host) {
        startAgent(host, wait);
    }

    public void createNamespace(String name) {
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
    }

    /** Runs a command on a host as somebody who has kubectl there, too. */
    public Result shell(LibvirtHost host, String script) {
        String kubeconfig = "/run/e2e.kubeconfig";
        try {
            Files.copy(controlPlane.kubeconfig(), host.path(kubeconfig), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return host.exec(
                "env",
                "KUBECONFIG=" + kubeconfig,
                "PATH=" + enclosure.kubernetes() + ":" + System.getenv("PATH"),
                "bash",
                "-o",
                "pipefail",
                "-c",
                script);
    }

    public Result applyYaml(String yaml) {
        try {
            Path file = Files.createTempFile(enclosure.ground(), "apply-", ".yaml");
            return controlPlane.kubectl(
                    "apply", "-f", Files.writeString(file, yaml).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of the host directory; empty if there is none. */
    String hostFile(LibvirtHost host, String name) {
        try {
            return Files.readString(hostPath(host, name));
        } catch (IOException absent) {
            return "";
        }
    }

    Path hostPath(LibvirtHost host, String name) {
        return host.path("/var/lib/tpm-keeper/" + name);
    }

    /** The committed entries of a domain in the host's spool. */
    List<String> entries(LibvirtHost host, String uuid) {
        return names(hostPath(host, "spool/" + uuid));
    }

    /**
     * What a host still has of a domain, where nothing should be, also beside libvirt's own files: all but the lock, which is an
     * empty file, and the paths of a domain that is still defined.
     */
    List<String> residue(LibvirtHost host, String uuid) {
        boolean defined = host.virsh("dominfo", uuid).exit() == 0;
        String ours = host.exec("find", "/var/lib/tpm-keeper", "/run/tpm-keeper", "-name", uuid + "*")
                .stdout();
        String besideLibvirts = host.exec(
                        "find",
                        "/var/lib/libvirt",
                        "-path",
                        "*/.tpm-keeper-*/" + uuid + "*",
                        "-o",
                        "-name",
                        "*.tpm-keeper-new")
                .stdout();
        return Stream.concat(ours.lines(), besideLibvirts.lines())
                .filter(path -> !path.startsWith("/var/lib/tpm-keeper/lock/"))
                .filter(path -> !(defined && path.startsWith("/var/lib/tpm-keeper/domain/")))
                .toList();
    }

    /** Files of a domain's state that the host directory still has; a host that gave the line up keeps a note of that only. */
    List<String> stateLeft(LibvirtHost host, String uuid) {
        return host.exec("find", "/var/lib/tpm-keeper", "-path", "*/" + uuid + "/*", "-type", "f")
                .stdout()
                .lines()
                .toList();
    }

    static List<String> names(Path directory) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            children.forEach(child -> names.add(child.getFileName().toString()));
        } catch (IOException absent) {
            return List.of();
        }
        return names;
    }

    @Override
    public void close() {
        installation.close();
        end.run();
    }

    void awaitHook(LibvirtHost host) {
        Eventually.isTrue("the hook of " + host.name() + " is proven live", () -> {
            VmTpmNode node =
                    client().resources(VmTpmNode.class).withName(host.name()).get();
            return node != null
                    && node.getStatus() != null
                    && node.getStatus().hook() != null
                    && node.getStatus().hook().live();
        });
    }
}
