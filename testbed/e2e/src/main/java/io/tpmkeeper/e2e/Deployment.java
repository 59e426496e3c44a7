package io.tpmkeeper.e2e;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.Enclosure;
import io.tpmkeeper.testbed.HostProcess;
import io.tpmkeeper.testbed.LibvirtHost;
import io.tpmkeeper.testbed.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * TPM Keeper on a control plane and two libvirt hosts: CRDs and rights applied as an administrator would, the operator and one
 * agent on each host as programs of their own under the accounts that they are installed with. libvirtd runs before its agent
 * comes, and no hook is there.
 */
public final class Deployment implements AutoCloseable {
    /** Longer than any answer takes on a busy machine: a start that waits is not to be refused for the machine's slowness. */
    static final int PATIENT = 90;

    private static final String AGENTS = "tpm-keeper-agents";
    private static final String SYSTEM = "tpm-keeper-system";

    private final Enclosure enclosure = Enclosure.required();
    private final Path clone = enclosure.testbed().resolve("..").normalize();
    private final ControlPlane controlPlane;
    private final LibvirtHost hostA;
    private final LibvirtHost hostB;
    private final Map<LibvirtHost, HostProcess> agents = new HashMap<>();
    private final Map<LibvirtHost, Path> agentConfigs = new HashMap<>();
    private final Path operatorConfig;
    private @Nullable OperatorProcess operator;

    private Deployment(ControlPlane controlPlane, LibvirtHost hostA, LibvirtHost hostB) {
        this.controlPlane = controlPlane;
        this.hostA = hostA;
        this.hostB = hostB;
        apply(clone.resolve("crds"));
        apply(clone.resolve("deploy/rbac"));
        controlPlane
                .kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
                .orThrow();
        for (LibvirtHost host : hosts()) {
            controlPlane.createNode(host.name());
            agentConfigs.put(host, controlPlane.kubeconfigForServiceAccount(AGENTS, "tpm-keeper-agent", host.name()));
        }
        operatorConfig = controlPlane.kubeconfigForServiceAccount(SYSTEM, "tpm-keeper-operator");
    }

    /** Starts all of it and waits until both hooks are proven live. */
    public static Deployment start() {
        CompletableFuture<LibvirtHost> hostA = CompletableFuture.supplyAsync(() -> LibvirtHost.start("host-a"));
        CompletableFuture<LibvirtHost> hostB = CompletableFuture.supplyAsync(() -> LibvirtHost.start("host-b"));
        Deployment deployment = new Deployment(ControlPlane.start(), hostA.join(), hostB.join());
        try {
            deployment.startOperator();
            deployment.hosts().forEach(host -> deployment.startAgent(host, PATIENT));
            deployment.hosts().forEach(deployment::awaitHook);
            return deployment;
        } catch (RuntimeException | Error e) {
            deployment.close();
            throw e;
        }
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    public KubernetesClient client() {
        return controlPlane.client();
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
        operator = OperatorProcess.start(
                java(
                        "-Xmx160m",
                        clone.resolve("operator/target/tpm-keeper-operator.jar"),
                        List.of("--kubeconfig", operatorConfig.toString(), "--no-leader-elect")),
                logs().resolve("operator.log"));
    }

    void stopOperator() {
        if (operator != null) {
            operator.stop();
            operator = null;
        }
    }

    /** @param wait seconds that a start waits for an answer before it is refused */
    void startAgent(LibvirtHost host, int wait) {
        List<String> command = java(
                "-Xmx96m",
                agentJar(),
                List.of(
                        "--node-name", host.name(),
                        "--kubeconfig",
                                Objects.requireNonNull(agentConfigs.get(host)).toString(),
                        "--wait", Integer.toString(wait)));
        agents.put(host, host.spawn(command.toArray(String[]::new)));
    }

    void stopAgent(LibvirtHost host) {
        HostProcess agent = agents.remove(host);
        if (agent != null) {
            agent.stop();
        }
    }

    /** Stops the agent and starts it again with another limit for starts that wait. */
    void restartAgent(LibvirtHost host, int wait) {
        stopAgent(host);
        startAgent(host, wait);
        Eventually.isTrue(
                "the agent of " + host.name() + " takes up its limit",
                () -> hostFile(host, "config").contains("wait " + wait + "\n"));
    }

    public void createNamespace(String name) {
        client().resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
    }

    /** Runs a command with kubectl at hand, on a host: the network is one, and so is the directory of kubeconfigs. */
    public Result shell(LibvirtHost host, String script) {
        return host.exec(
                "env",
                "KUBECONFIG=" + controlPlane.kubeconfig(),
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
     * What the host directory still has of a domain, where nothing should be: all but the lock, which is an empty file, and the
     * paths of a domain that is still defined.
     */
    List<String> residue(LibvirtHost host, String uuid) {
        return host.exec("find", "/var/lib/tpm-keeper", "/run/tpm-keeper", "-name", uuid + "*")
                .stdout()
                .lines()
                .filter(path -> !path.startsWith("/var/lib/tpm-keeper/lock/"))
                .filter(path -> !path.startsWith("/var/lib/tpm-keeper/domain/"))
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

    public long operatorPid() {
        return Objects.requireNonNull(operator, "the operator is stopped").pid();
    }

    public long agentPid(LibvirtHost host) {
        return Objects.requireNonNull(agents.get(host), "the agent is stopped").pid();
    }

    Path logs() {
        return enclosure.logs();
    }

    @Override
    public void close() {
        agents.values().forEach(HostProcess::close);
        if (operator != null) {
            operator.close();
        }
        hosts().forEach(LibvirtHost::close);
        controlPlane.close();
    }

    private void awaitHook(LibvirtHost host) {
        Eventually.isTrue("the hook of " + host.name() + " is proven live", () -> {
            VmTpmNode node =
                    client().resources(VmTpmNode.class).withName(host.name()).get();
            return node != null
                    && node.getStatus() != null
                    && node.getStatus().hook() != null
                    && node.getStatus().hook().live();
        });
    }

    private void apply(Path directory) {
        controlPlane
                .kubectl("apply", "--server-side", "-f", directory.toString())
                .orThrow();
    }

    private Path agentJar() {
        Path target = clone.resolve("node-daemonset/target");
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "tpm-keeper-node-daemonset-*.jar")) {
            return jars.iterator().next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> java(String heap, Path jar, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                heap,
                "-jar",
                jar.toString()));
        command.addAll(arguments);
        return command;
    }
}
