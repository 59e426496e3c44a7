package io.tpmkeeper.operator;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.tpmkeeper.health.HealthServer;
import io.tpmkeeper.operator.event.Announcer;
import io.tpmkeeper.operator.generation.Deliveries;
import io.tpmkeeper.operator.generation.Generations;
import io.tpmkeeper.operator.generation.PartialObjects;
import io.tpmkeeper.operator.generation.Transit;
import io.tpmkeeper.operator.generation.Unwritten;
import io.tpmkeeper.operator.generation.Uploads;
import io.tpmkeeper.operator.node.Cluster;
import io.tpmkeeper.operator.node.StorageWatch;
import io.tpmkeeper.operator.policy.DefaultClass;
import io.tpmkeeper.operator.policy.Policies;
import io.tpmkeeper.operator.record.RecordReconciler;
import io.tpmkeeper.operator.record.WorldReader;
import io.tpmkeeper.operator.state.LastCaptures;
import io.tpmkeeper.operator.state.NodeTrouble;
import io.tpmkeeper.operator.state.Sightings;
import io.tpmkeeper.operator.state.StateReconciler;
import io.tpmkeeper.operator.state.StatusWriter;
import io.tpmkeeper.operator.wakeup.Wakeups;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the operator. */
@Command(
        name = "tpm-keeper-operator",
        mixinStandardHelpOptions = true,
        description = "Keeps virtual machines' TPM and NVRAM state: the cluster's side.")
public final class OperatorMain implements Callable<Integer> {
    private static final String LEASE = "tpm-keeper-operator";
    private static final int LEASE_LOST = 3;
    private static final int RESTORED_STORAGE = 5;
    private static final Logger LOG = LoggerFactory.getLogger(OperatorMain.class);

    @Option(names = "--kubeconfig", description = "Default: the pod's service account, else ~/.kube/config.")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--agents-namespace",
            description = "Where agents have their Leases, uploads and deliveries. Default: ${DEFAULT-VALUE}.",
            defaultValue = "tpm-keeper-agents")
    private String agentsNamespace = "tpm-keeper-agents";

    @Option(
            names = "--namespace",
            description = "The operator's own: its leader Lease lies there. Default: ${DEFAULT-VALUE}.",
            defaultValue = "tpm-keeper-system")
    private String namespace = "tpm-keeper-system";

    @Option(
            names = "--leader-elect",
            negatable = true,
            description = "Wait to be leader before doing anything. Default: ${DEFAULT-VALUE}.",
            defaultValue = "true",
            fallbackValue = "true")
    private boolean leaderElect = true;

    @Option(names = "--health-port", description = "Serve /livez and /readyz there. Default: nowhere.")
    private @Nullable Integer healthPort;

    @Option(
            names = "--default-class",
            description = "A file with the VmTpmClass to make where none of its name is there. Default: none.")
    private @Nullable Path defaultClass;

    private volatile boolean ready;
    private volatile boolean restored;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new OperatorMain()).execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            stopped.countDown();
            await(ended);
        }));
        try (KubernetesClient client =
                        new KubernetesClientBuilder().withConfig(config()).build();
                KubernetesClient metadata = PartialObjects.client(config())) {
            run(client, metadata, stopped);
        } finally {
            ended.countDown();
        }
        return restored ? RESTORED_STORAGE : CommandLine.ExitCode.OK;
    }

    /** The program ends with its shutdown hooks: without waiting, the Lease would not be let go, and nobody lead for 15 s. */
    private static void await(CountDownLatch ended) {
        try {
            boolean unused = ended.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(KubernetesClient client, KubernetesClient metadata, CountDownLatch stopped)
            throws InterruptedException, IOException {
        Clock clock = Clock.systemUTC();
        String identity = UUID.randomUUID().toString();
        Wakeups wakeups = new Wakeups();
        Cluster cluster = new Cluster(client, agentsNamespace, identity, wakeups::domain);
        Watches watches = new Watches(client, metadata, agentsNamespace, wakeups, cluster.coverage());
        Policies policies = new Policies(client);
        Uploads uploads = new Uploads(client, agentsNamespace);
        Generations generations = new Generations(client, metadata);
        Deliveries deliveries = new Deliveries(client, agentsNamespace);
        Transit transit = new Transit(client, agentsNamespace, uploads);
        Announcer announcer = new Announcer(client, clock, "tpm-keeper-operator-" + identity);
        WorldReader reader = new WorldReader(client, cluster, policies, transit, generations, clock);
        Unwritten unwritten = new Unwritten();
        StatusWriter writer = new StatusWriter(new LastCaptures(), new NodeTrouble(cluster), unwritten, clock);
        Operator operator = new Operator(o -> {
            o.withKubernetesClient(client).withCloseClientOnStop(false);
            if (leaderElect) {
                o.withLeaderElectionConfiguration(LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
                        .withLeaseNamespace(namespace)
                        .withIdentity(identity)
                        // It would wait for the very shutdown that it is part of; see lost().
                        .withExitOnStopLeading(false)
                        .withLeaderCallbacks(
                                new LeaderCallbacks(() -> lead(client, cluster), () -> lost(stopped), leader -> {}))
                        .build());
            }
        });
        operator.register(
                new RecordReconciler(
                        reader, cluster, uploads, generations, deliveries, unwritten, announcer, client, wakeups),
                c -> c.withRetry(patient()));
        operator.register(
                new StateReconciler(client, new Sightings(cluster), policies, reader, writer, announcer, wakeups),
                c -> c.withRetry(patient()));
        try (Closeable unused = health(() -> !ready || (cluster.isWatching() && watches.isWatching()));
                StorageWatch storage = StorageWatch.start(client, () -> {
                    restored = true;
                    stopped.countDown();
                })) {
            cluster.start();
            watches.start();
            operator.start();
            wakeups.open();
            if (!leaderElect) {
                lead(client, cluster);
            }
            ready = true;
            LOG.atInfo().addKeyValue("instance", identity).log("operator works");
            stopped.await();
            ready = false;
            watches.close();
            cluster.close();
            operator.stop();
            if (leaderElect) {
                letGo(client, identity);
            }
        }
    }

    /** JOSDK (5.2.3) keeps the Lease until it has run out. All that writes has stopped by now. */
    private void letGo(KubernetesClient client, String identity) {
        try {
            Lease lease = client.leases().inNamespace(namespace).withName(LEASE).get();
            if (lease != null && identity.equals(lease.getSpec().getHolderIdentity())) {
                lease.getSpec().setHolderIdentity("");
                client.resource(lease).update();
            }
        } catch (KubernetesClientException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("the Lease was not let go; it runs out");
        }
    }

    private void lead(KubernetesClient client, Cluster cluster) {
        if (defaultClass != null) {
            new DefaultClass(client, defaultClass).make();
        }
        cluster.lead();
    }

    /** Another may lead already: not one more write. Where this process was told to stop, its reconcilers have stopped before. */
    private static void lost(CountDownLatch stopped) {
        if (stopped.getCount() > 0) {
            LOG.atError().log("the Lease is lost");
            Runtime.getRuntime().halt(LEASE_LOST);
        }
    }

    /** @param alive whether what has begun goes on */
    private Closeable health(BooleanSupplier alive) throws IOException {
        return healthPort == null ? () -> {} : HealthServer.start(healthPort, alive, () -> ready)::close;
    }

    private Config config() {
        return kubeconfig == null ? Config.autoConfigure(null) : Config.fromKubeconfig(kubeconfig.toFile());
    }

    /** Never gives up: by default JOSDK is silent after five attempts. */
    private static GenericRetry patient() {
        return new GenericRetry()
                .setInitialInterval(500)
                .setIntervalMultiplier(2)
                .setMaxInterval(Duration.ofSeconds(30).toMillis())
                .setMaxAttempts(-1);
    }
}
