package io.tpmkeeper.e2e;

import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.Enclosure;
import io.tpmkeeper.testbed.HostProcess;
import io.tpmkeeper.testbed.LibvirtHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The operator and one agent on each host as programs of their own, under the accounts that the chart installs them with. */
final class Programs implements Installation {
    private static final String AGENTS = "tpm-keeper-agents";
    private static final String SYSTEM = "tpm-keeper-system";

    private final Enclosure enclosure = Enclosure.required();
    private final Path clone = enclosure.testbed().resolve("..").normalize();
    private final ControlPlane controlPlane;
    private final List<LibvirtHost> hosts;
    private final Map<LibvirtHost, HostProcess> agents = new HashMap<>();
    private final Map<LibvirtHost, Path> agentConfigs = new HashMap<>();
    private @Nullable Path operatorConfig;
    private @Nullable OperatorProcess operator;
    private int wait;

    Programs(ControlPlane controlPlane, List<LibvirtHost> hosts) {
        this.controlPlane = controlPlane;
        this.hosts = hosts;
    }

    @Override
    public void install(int wait) {
        this.wait = wait;
        apply(clone.resolve("crds"));
        apply(clone.resolve("deploy/rbac"));
        controlPlane
                .kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
                .orThrow();
        for (LibvirtHost host : hosts) {
            controlPlane.createNode(host.name());
            agentConfigs.put(host, controlPlane.kubeconfigForServiceAccount(AGENTS, "tpm-keeper-agent", host.name()));
        }
        operatorConfig = controlPlane.kubeconfigForServiceAccount(SYSTEM, "tpm-keeper-operator");
        startOperator();
        hosts.forEach(host -> startAgent(host, wait));
    }

    @Override
    public void startOperator() {
        operator = OperatorProcess.start(
                java(
                        "-Xmx160m",
                        clone.resolve("operator/target/tpm-keeper-operator.jar"),
                        List.of("--kubeconfig", Objects.toString(operatorConfig), "--no-leader-elect")),
                enclosure.logs().resolve("operator.log"));
    }

    @Override
    public void stopOperator() {
        if (operator != null) {
            operator.stop();
            operator = null;
        }
    }

    @Override
    public void startAgent(LibvirtHost host, int wait) {
        List<String> command = java(
                "-Xmx96m",
                clone.resolve("node-daemonset/target/tpm-keeper-agent.jar"),
                List.of(
                        "--node-name", host.name(),
                        "--kubeconfig", Objects.toString(agentConfigs.get(host)),
                        "--wait", Integer.toString(wait)));
        agents.put(host, host.spawn(command.toArray(String[]::new)));
    }

    @Override
    public void stopAgent(LibvirtHost host) {
        HostProcess agent = agents.remove(host);
        if (agent != null) {
            agent.stop();
        }
    }

    @Override
    public void awaitRestart() {
        OperatorProcess before = Objects.requireNonNull(operator);
        Eventually.isTrue("the operator has ended by itself", () -> !before.isAlive());
        startOperator();
        for (LibvirtHost host : List.copyOf(agents.keySet())) {
            HostProcess agent = Objects.requireNonNull(agents.get(host));
            Eventually.isTrue("the agent of " + host.name() + " has ended by itself", () -> !agent.isAlive());
            startAgent(host, wait);
        }
    }

    @Override
    public void powerOff(LibvirtHost host) {
        host.powerOff();
        agents.remove(host);
        controlPlane.setNodeReady(host.name(), false);
    }

    @Override
    public void powerOn(LibvirtHost host) {
        host.boot();
        controlPlane.setNodeReady(host.name(), true);
    }

    @Override
    public void close() {
        agents.values().forEach(HostProcess::close);
        if (operator != null) {
            operator.close();
        }
    }

    private void apply(Path directory) {
        controlPlane
                .kubectl("apply", "--server-side", "-f", directory.toString())
                .orThrow();
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
