package io.tpmkeeper.agent;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.KubernetesCluster;
import io.tpmkeeper.agent.hook.HookScript;
import io.tpmkeeper.agent.host.HostPaths;
import io.tpmkeeper.agent.host.HostWatch;
import io.tpmkeeper.agent.host.StateWatch;
import io.tpmkeeper.agent.install.HookInstaller;
import io.tpmkeeper.agent.install.HookKeeper;
import io.tpmkeeper.agent.libvirt.LibvirtPaths;
import io.tpmkeeper.agent.libvirt.LibvirtPlace;
import io.tpmkeeper.agent.pass.Host;
import io.tpmkeeper.agent.pass.MigrationLog;
import io.tpmkeeper.agent.pass.NodePass;
import io.tpmkeeper.agent.pass.PlaceAccess;
import io.tpmkeeper.agent.pass.Wakeup;
import io.tpmkeeper.agent.place.DomainPlace;
import io.tpmkeeper.health.HealthServer;
import io.tpmkeeper.protocol.hostfile.Identity;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the node agent. */
@Command(
        name = "tpm-keeper-agent",
        mixinStandardHelpOptions = true,
        version = AgentMain.VERSION,
        description = "Keeps virtual machines' TPM and NVRAM state: one node's side.")
public final class AgentMain implements Callable<Integer> {
    static final String VERSION = "0.1.0";

    private static final Logger LOG = LoggerFactory.getLogger(AgentMain.class);
    private static final int FOREIGN_HOST = 3;
    private static final int UNREADABLE = 4;
    private static final int RESTORED_CLUSTER = 5;

    @Option(
            names = "--node-name",
            required = true,
            defaultValue = "${env:NODE_NAME}",
            description = "This node's name in Kubernetes. Default: $NODE_NAME.")
    private String node = "";

    @Option(names = "--kubeconfig", description = "Default: the pod's service account, else ~/.kube/config.")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--agents-namespace",
            defaultValue = "tpm-keeper-agents",
            description = "Where Leases, uploads and deliveries are. Default: ${DEFAULT-VALUE}.")
    private String namespace = "";

    @Option(
            names = "--root",
            defaultValue = "/var/lib/tpm-keeper",
            description = "The host directory; the hook uses the default. Default: ${DEFAULT-VALUE}.")
    private Path root = Path.of("/");

    @Option(
            names = "--run",
            defaultValue = "/run/tpm-keeper",
            description = "Its volatile part. Default: ${DEFAULT-VALUE}.")
    private Path run = Path.of("/");

    @Option(
            names = "--libvirt-uri",
            defaultValue = "qemu:///system",
            description = "The default takes whichever of virtqemud and libvirtd is there. Default: ${DEFAULT-VALUE}.")
    private String libvirtUri = "";

    @Option(
            names = "--libvirt-state",
            defaultValue = "/var/lib/libvirt",
            description = "Where libvirt keeps TPM state and NVRAM by default. Default: ${DEFAULT-VALUE}.")
    private Path libvirtState = Path.of("/");

    @Option(
            names = "--libvirt-log",
            defaultValue = "/var/log/libvirt/qemu",
            description = "Where libvirt writes a log for each domain. Default: ${DEFAULT-VALUE}.")
    private Path libvirtLog = Path.of("/");

    @Option(
            names = "--libvirt-definitions",
            defaultValue = "/etc/libvirt/qemu",
            description = "Where libvirt keeps its domains' definitions; a change there is looked at at once."
                    + " Default: ${DEFAULT-VALUE}.")
    private Path libvirtDefinitions = Path.of("/");

    @Option(
            names = "--libvirt-run",
            defaultValue = "/run/libvirt",
            description = "Where libvirt's sockets are. Default: ${DEFAULT-VALUE}.")
    private Path libvirtRun = Path.of("/");

    @Option(
            names = "--hook-file",
            defaultValue = HookScript.INSTALLED_AS,
            description = "Where the hook is installed. Default: ${DEFAULT-VALUE}.")
    private Path hookFile = Path.of("/");

    @Option(
            names = "--wait",
            defaultValue = "20",
            description = "Seconds that a start waits for an answer before it is refused. Default: ${DEFAULT-VALUE}.")
    private long wait;

    @Option(names = "--health-port", description = "Serve /livez and /readyz there. Default: nowhere.")
    private @Nullable Integer healthPort;

    private final Pulse pulse = new Pulse(System::nanoTime);

    public static void main(String... arguments) {
        System.exit(new CommandLine(new AgentMain()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Host host = Host.at(new HostPaths(root, run), InstantSource.system());
        Wakeup wakeup = new Wakeup();
        try (Closeable unused = health();
                KubernetesClient client = client();
                Cluster cluster = new KubernetesCluster(client, node, namespace, wakeup::signal);
                DomainPlace place = new LibvirtPlace(
                        libvirtUri, new LibvirtPaths(libvirtState, libvirtDefinitions, libvirtRun), wakeup::signal)) {
            return serve(host, cluster, place, wakeup);
        } catch (UnreadableException e) {
            LOG.atError()
                    .addKeyValue("reason", UnreadableException.REASON)
                    .addKeyValue("cause", e.getMessage())
                    .log("the host directory is left alone");
            return UNREADABLE;
        }
    }

    private int serve(Host host, Cluster cluster, DomainPlace place, Wakeup wakeup)
            throws IOException, UnreadableException, InterruptedException {
        Identity identity = new Settling(host, cluster, place, wakeup, pulse, VERSION).settle(wait);
        PlaceAccess access = new PlaceAccess(place, host::startWaits);
        HookScript script = HookScript.shipped();
        HookKeeper hook = new HookKeeper(new HookInstaller(hookFile, script.text(), script.version()));
        NodePass pass =
                new NodePass(host, identity, node, cluster, access, hook, new MigrationLog(libvirtLog), VERSION);
        StateWatch states = new StateWatch(uuid -> {
            if (pass.live().isOpenToChanges(uuid)) {
                wakeup.signal();
            }
        });
        Agent agent = new Agent(
                identity,
                cluster,
                pass,
                wakeup,
                pulse,
                () -> states.follow(pass.live().files()));
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            agent.stop();
            await(ended);
        }));
        LOG.atInfo()
                .addKeyValue("node", node)
                .addKeyValue("hostId", identity.host())
                .addKeyValue("version", VERSION)
                .addKeyValue("hook", script.version())
                .log("agent begins");
        try (states;
                HostWatch watch = new HostWatch(host.paths(), List.of(libvirtDefinitions, libvirtRun), () -> {
                    access.hostChanged();
                    wakeup.signal();
                })) {
            agent.run();
            return CommandLine.ExitCode.OK;
        } catch (ForeignHostException e) {
            LOG.atError().addKeyValue("reason", "ForeignHost").log(e.getMessage());
            return FOREIGN_HOST;
        } catch (RestoredClusterException e) {
            LOG.atWarn().addKeyValue("reason", "RestoredCluster").log(e.getMessage());
            return RESTORED_CLUSTER;
        } finally {
            ended.countDown();
        }
    }

    private static void await(CountDownLatch ended) {
        try {
            boolean unused = ended.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Closeable health() throws IOException {
        return healthPort == null ? () -> {} : HealthServer.start(healthPort, pulse::isBeating, pulse::works)::close;
    }

    private KubernetesClient client() throws IOException {
        Config config = kubeconfig == null ? Config.autoConfigure(null) : Config.fromKubeconfig(kubeconfig.toFile());
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(config)
                        .withRequestTimeout(5_000)
                        .withConnectionTimeout(3_000)
                        .withRequestRetryBackoffLimit(1)
                        .build())
                .build();
    }
}
