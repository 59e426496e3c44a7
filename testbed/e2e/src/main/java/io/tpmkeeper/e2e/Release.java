package io.tpmkeeper.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tpmkeeper.testbed.Cluster;
import io.tpmkeeper.testbed.ClusterNode;
import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.Enclosure;
import io.tpmkeeper.testbed.Helm;
import io.tpmkeeper.testbed.LibvirtHost;
import io.tpmkeeper.testbed.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** TPM Keeper as its users have it: the chart, with the images of this clone loaded into the nodes. */
final class Release implements Installation {
    static final String NAME = "tpm-keeper";
    static final String AGENTS = "tpm-keeper-agents";
    static final String SYSTEM = "tpm-keeper-system";
    private static final String OPERATOR = "tpm-keeper-operator";
    /** Nodes with this label have an agent: a test takes it from one by taking the label. */
    private static final String HAS_AGENT = "e2e.tpmkeeper.io/agent";

    private final Path clone = Enclosure.required().testbed().resolve("..").normalize();
    private final Cluster cluster;
    private final ControlPlane controlPlane;
    private Path chart = clone.resolve("charts/tpm-keeper");
    private int wait;

    Release(Cluster cluster) {
        this.cluster = cluster;
        this.controlPlane = cluster.controlPlane();
    }

    Path chart() {
        return chart;
    }

    /** From now on this chart, instead of the clone's. */
    void use(Path chart) {
        this.chart = chart;
    }

    @Override
    public void install(int wait) {
        this.wait = wait;
        for (ClusterNode node : cluster.nodes()) {
            equip(node);
        }
        helm("install").orThrow();
    }

    /** Gives a node the images and the label. */
    void equip(ClusterNode node) {
        for (String part : List.of("operator", "agent")) {
            node.load(clone.resolve("target/images/tpm-keeper-" + part + ".tar"));
        }
        label(node.name(), "yes");
    }

    /** @param more values as {@code key=value}, over those that tests set */
    Result helm(String verb, String... more) {
        List<String> command = new ArrayList<>(List.of(
                verb,
                NAME,
                chart.toString(),
                "--namespace",
                "default",
                "--wait",
                "--timeout",
                "180s",
                "--set-string",
                "agent.nodeSelector.e2e\\.tpmkeeper\\.io/agent=yes",
                "--set",
                "agent.startWaitSeconds=" + wait));
        for (String value : more) {
            command.addAll(List.of("--set", value));
        }
        return Helm.on(controlPlane).run(command.toArray(String[]::new));
    }

    void uninstall() {
        Helm.on(controlPlane)
                .run("uninstall", NAME, "--namespace", "default", "--wait", "--timeout", "180s")
                .orThrow();
    }

    @Override
    public void startOperator() {
        scale(2);
        controlPlane
                .kubectl("-n", SYSTEM, "rollout", "status", "deployment/" + OPERATOR, "--timeout=180s")
                .orThrow();
    }

    @Override
    public void stopOperator() {
        scale(0);
        Eventually.isTrue(
                "the operator's pods are gone", () -> pods(SYSTEM, null).isEmpty());
    }

    private void scale(int replicas) {
        controlPlane
                .kubectl("-n", SYSTEM, "scale", "deployment/" + OPERATOR, "--replicas=" + replicas)
                .orThrow();
    }

    @Override
    public void startAgent(LibvirtHost host, int wait) {
        if (wait != this.wait) {
            this.wait = wait;
            helm("upgrade").orThrow();
        }
        label(host.name(), "yes");
        Eventually.isTrue("the agent of " + host.name() + " is ready", () -> {
            List<Pod> pods = pods(AGENTS, host.name());
            return pods.size() == 1 && isReady(pods.getFirst());
        });
    }

    @Override
    public void stopAgent(LibvirtHost host) {
        label(host.name(), null);
        Eventually.isTrue(
                "the agent of " + host.name() + " is gone",
                () -> pods(AGENTS, host.name()).isEmpty());
    }

    /** The kubelets do it, each when it notices. */
    @Override
    public void awaitRestart() {}

    @Override
    public void powerOff(LibvirtHost host) {
        ClusterNode node = cluster.node(host.name());
        node.powerOff();
        node.awaitNotReady();
    }

    /** Its agent comes with it, unless the node has lost the label. */
    @Override
    public void powerOn(LibvirtHost host) {
        cluster.node(host.name()).boot();
    }

    private void label(String node, @Nullable String value) {
        controlPlane
                .kubectl("label", "node", node, "--overwrite", HAS_AGENT + (value == null ? "-" : "=" + value))
                .orThrow();
    }

    List<Pod> pods(String namespace, @Nullable String node) {
        return client().pods().inNamespace(namespace).list().getItems().stream()
                .filter(pod -> node == null || node.equals(pod.getSpec().getNodeName()))
                .toList();
    }

    static boolean isReady(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    private KubernetesClient client() {
        return controlPlane.client();
    }

    /** The pods go with their nodes; what they said is kept. */
    @Override
    public void close() {
        for (String namespace : List.of(SYSTEM, AGENTS)) {
            try {
                pods(namespace, null)
                        .forEach(pod -> keepLog(namespace, pod.getMetadata().getName()));
            } catch (KubernetesClientException noApi) {
                return;
            }
        }
    }

    private void keepLog(String namespace, String pod) {
        try {
            Files.writeString(
                    Enclosure.required().logs().resolve(pod + ".log"),
                    controlPlane.kubectl("-n", namespace, "logs", pod).stdout());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
