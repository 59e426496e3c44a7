package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.testbed.Enclosure;
import io.tpmkeeper.testbed.HostProcess;
import io.tpmkeeper.testbed.LibvirtHost;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A node that cannot do its part says so, holds up no other, and goes on by itself when the cause has gone. */
@Tag("process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadNodeTest {
    private static final String NAMESPACE = "vms";
    private static final String DRIVERS = "/usr/lib/x86_64-linux-gnu/libvirt/connection-driver";

    @AutoClose
    private Deployment deployment;

    private LibvirtHost host;
    private final Enclosure enclosure = Enclosure.required();
    private Path kubeconfig;
    private int healthPort;
    private @Nullable HostProcess agent;

    @BeforeAll
    void install() {
        deployment = Deployment.ofPrograms();
        host = deployment.hostB();
        deployment.createNamespace(NAMESPACE);
        deployment.stopAgent(host);
        kubeconfig = deployment
                .controlPlane()
                .kubeconfigForServiceAccount("tpm-keeper-agents", "tpm-keeper-agent", host.name());
    }

    /** Each test begins with an agent that has seen nothing yet, on a node that is well. */
    @BeforeEach
    void noAgent() throws IOException {
        stopAgent();
        healthPort = freePort();
    }

    @AfterEach
    void theNodeIsWellAgainThoughNobodyStartedItsAgentAnew() {
        HostProcess sawTheTrouble = Objects.requireNonNull(agent);
        await(ConditionType.READY, true, Reason.AGENT_READY);
        await(ConditionType.HOOK_ACTIVE, true, Reason.HOOK_LIVE);
        assertThat(sawTheTrouble.isAlive()).as("the agent that saw the trouble").isTrue();
        Eventually.isTrue("the agent is ready", () -> health("readyz").equals("200"));
    }

    @Test
    void a_node_without_libvirt_says_so_and_holds_up_nobody() {
        host.stopLibvirtd();
        forgetNode();
        startAgent();

        String message = await(ConditionType.READY, false, Reason.LIBVIRT_MISSING);
        assertThat(message)
                .contains(
                        "/run/libvirt/virtqemud-sock or /run/libvirt/libvirt-sock", "install libvirt", "nodeSelector");
        await(ConditionType.LIBVIRT_CONNECTED, false, Reason.LIBVIRT_MISSING);
        await(ConditionType.HOOK_ACTIVE, false, Reason.LIBVIRT_MISSING);
        assertThat(columns()).containsSubsequence("host-b", "False", "false", "0.1.0", "LibvirtMissing");
        Eventually.isTrue("it holds up no rollout", () -> health("readyz").equals("200"));

        deployment.stopOperator();
        deployment.startOperator();
        SavedVm elsewhere = SavedVm.on(deployment, NAMESPACE, "meanwhile", new Log());
        elsewhere.state().await(ConditionType.STARTABLE, true, Reason.ANYWHERE);

        host.startLibvirtd();
    }

    @Test
    void a_libvirt_that_is_stopped_where_there_are_domains_is_waited_for() {
        host.exec("sh", "-c", "mkdir -p /etc/libvirt/qemu; echo '<domain/>' >/etc/libvirt/qemu/left.xml")
                .orThrow();
        host.stopLibvirtd();
        startAgent();

        String message = await(ConditionType.READY, false, Reason.LIBVIRT_UNREACHABLE);
        assertThat(message).contains("libvirt does not run", "Start libvirtd or virtqemud");
        await(ConditionType.HOOK_ACTIVE, true, Reason.HOOK_LIVE);
        assertThat(health("livez")).isEqualTo("200");
        assertThat(health("readyz"))
                .as("its predecessor could look, so a rollout stops here")
                .isEqualTo("503");

        host.exec("rm", "/etc/libvirt/qemu/left.xml").orThrow();
        host.startLibvirtd();
    }

    @Test
    void a_daemon_that_was_killed_and_left_its_socket_is_named_with_what_libvirt_says() {
        host.killLibvirtd();
        startAgent();

        assertThat(await(ConditionType.READY, false, Reason.LIBVIRT_UNREACHABLE))
                .contains("libvirt does not answer at", "Connection refused");

        host.startLibvirtd();
    }

    @Test
    void libvirt_without_QEMU_says_so() {
        String[] emulators = host.exec("sh", "-c", "readlink -f /usr/bin/qemu-system-* /usr/bin/kvm | sort -u")
                .orThrow()
                .stdout()
                .strip()
                .split("\\s+");
        for (String each : emulators) {
            host.exec("mount", "--bind", "/dev/null", each).orThrow();
        }
        startAgent();

        assertThat(await(ConditionType.READY, false, Reason.QEMU_MISSING))
                .contains("no QEMU for x86_64", "Install QEMU");
        await(ConditionType.HOOK_ACTIVE, false, Reason.QEMU_MISSING);
        await(ConditionType.LIBVIRT_CONNECTED, true, Reason.LIBVIRT_REACHABLE);
        assertThat(columns()).containsSubsequence("host-b", "False", "false", "0.1.0", "QemuMissing");
        Eventually.isTrue("it holds up no rollout", () -> health("readyz").equals("200"));

        for (String each : emulators) {
            host.exec("umount", each).orThrow();
        }
    }

    @Test
    void libvirt_without_its_driver_for_QEMU_says_so() {
        host.exec("mount", "-t", "tmpfs", "no-drivers", DRIVERS).orThrow();
        host.stopLibvirtd();
        host.exec("libvirtd", "--daemon", "--pid-file", "/run/libvirt-daemon.pid")
                .orThrow();
        startAgent();

        assertThat(await(ConditionType.READY, false, Reason.QEMU_MISSING))
                .contains("no driver for QEMU", "no connection driver available", "libvirt-daemon-driver-qemu");
        await(ConditionType.LIBVIRT_CONNECTED, false, Reason.QEMU_MISSING);

        host.exec("umount", DRIVERS).orThrow();
        host.restartLibvirtd();
    }

    @Test
    void a_host_directory_that_turns_read_only_is_named() {
        startAgent();
        await(ConditionType.READY, true, Reason.AGENT_READY);
        host.exec("mount", "-o", "remount,bind,ro", "/var/lib/tpm-keeper").orThrow();

        assertThat(await(ConditionType.READY, false, Reason.HOST_DIRECTORY_UNUSABLE))
                .contains("/var/lib/tpm-keeper", "Make it writable");
        await(ConditionType.SPACE_AVAILABLE, false, Reason.HOST_DIRECTORY_UNUSABLE);
        await(ConditionType.HOOK_ACTIVE, true, Reason.HOOK_LIVE);
        stopAgent();
        startAgent();
        Eventually.isTrue("an agent that comes now lives", () -> health("livez").equals("200"));
        await(ConditionType.READY, false, Reason.HOST_DIRECTORY_UNUSABLE);

        host.exec("mount", "-o", "remount,bind,rw", "/var/lib/tpm-keeper").orThrow();
    }

    @Test
    void a_host_directory_that_cannot_even_be_begun_is_named_and_holds_up_nobody() {
        host.exec("mount", "-t", "tmpfs", "-o", "ro", "read-only", "/var/lib/tpm-keeper")
                .orThrow();
        forgetNode();
        startAgent();

        assertThat(await(ConditionType.READY, false, Reason.HOST_DIRECTORY_UNUSABLE))
                .contains("/var/lib/tpm-keeper", "Read-only file system");
        assertThat(columns()).containsSubsequence("host-b", "False", "false", "0.1.0", "HostDirectoryUnusable");
        Eventually.isTrue("it holds up no rollout", () -> health("readyz").equals("200"));

        host.exec("umount", "-l", "/var/lib/tpm-keeper").orThrow();
    }

    @Test
    void a_directory_of_hooks_that_cannot_be_written_is_named() {
        host.exec("mount", "-t", "tmpfs", "-o", "ro", "read-only", "/etc/libvirt/hooks")
                .orThrow();
        startAgent();

        assertThat(await(ConditionType.READY, false, Reason.HOOK_NOT_WRITTEN))
                .contains("/etc/libvirt/hooks/qemu.d", "Read-only file system", "writable for root");
        await(ConditionType.HOOK_ACTIVE, false, Reason.HOOK_NOT_WRITTEN);

        host.exec("umount", "/etc/libvirt/hooks").orThrow();
    }

    /** As it is shipped, with its probes served. */
    private void startAgent() {
        agent = host.spawn(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx96m",
                "-jar",
                enclosure
                        .testbed()
                        .resolve("../node-daemonset/target/tpm-keeper-agent.jar")
                        .toString(),
                "--node-name",
                host.name(),
                "--kubeconfig",
                kubeconfig.toString(),
                "--wait",
                Integer.toString(Deployment.PATIENT),
                "--health-port",
                Integer.toString(healthPort));
    }

    private void stopAgent() {
        if (agent != null) {
            agent.stop();
            agent = null;
        }
    }

    /** As if no agent had ever worked there: the operator makes the object anew. */
    private void forgetNode() {
        deployment.client().resources(VmTpmNode.class).withName(host.name()).delete();
    }

    private String await(ConditionType type, boolean status, Reason reason) {
        Eventually.holds(type + " of " + host.name() + " is " + status + "/" + reason, () -> {
            Condition found = condition(type);
            assertThat(found.reason()).as(found.message()).isEqualTo(reason.toString());
            assertThat(found.status()).isEqualTo(status ? Condition.Status.TRUE : Condition.Status.FALSE);
        });
        return condition(type).message();
    }

    private Condition condition(ConditionType type) {
        VmTpmNode node = deployment
                .client()
                .resources(VmTpmNode.class)
                .withName(host.name())
                .get();
        VmTpmNodeStatus status = node == null || node.getStatus() == null ? VmTpmNodeStatus.EMPTY : node.getStatus();
        return status.conditions().stream()
                .filter(c -> c.type().equals(type.toString()))
                .findFirst()
                .orElseGet(
                        () -> new Condition(type.toString(), Condition.Status.UNKNOWN, 0L, "", "none", "nothing told"));
    }

    private String[] columns() {
        return Objects.requireNonNull(deployment
                        .controlPlane()
                        .kubectl("get", "vmtpmnodes", host.name(), "--no-headers")
                        .orThrow()
                        .stdout())
                .strip()
                .split("\\s+");
    }

    private String health(String what) {
        try {
            HttpURLConnection asked = (HttpURLConnection) URI.create("http://127.0.0.1:" + healthPort + "/" + what)
                    .toURL()
                    .openConnection();
            try {
                return Integer.toString(asked.getResponseCode());
            } finally {
                asked.disconnect();
            }
        } catch (IOException notThereYet) {
            return "nobody answers";
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }
}
