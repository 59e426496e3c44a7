package io.tpmkeeper.operator.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.api.VmTpmNodeSpec;
import io.tpmkeeper.api.VmTpmNodeStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes, their agents' Leases and their inventories, watched once for all reconcilers. Makes the VmTpmNode of each node whose
 * agent has a Lease, and says which domains something changed for.
 */
public final class Cluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final String OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

    private final KubernetesClient client;
    private final Consumer<String> domainChanged;
    private final Liveness liveness = new Liveness(System::nanoTime);
    private final Readiness readiness = new Readiness(System::nanoTime);
    private final Coverage coverage = new Coverage(System::nanoTime);
    private final Questions questions;
    private final SharedIndexInformer<VmTpmNode> inventories;
    private final SharedIndexInformer<Node> nodes;
    private final SharedIndexInformer<Lease> leases;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("liveness").factory());
    private volatile boolean leading;
    private @Nullable ScheduledFuture<?> silence;
    private volatile Set<String> lastAlive = Set.of();

    /**
     * @param leader random, of this term of leadership
     * @param domainChanged called with the UUID of a domain of which a node's facts, or the node itself, changed
     */
    public Cluster(KubernetesClient client, String agentsNamespace, String leader, Consumer<String> domainChanged) {
        this.client = client;
        this.domainChanged = domainChanged;
        this.questions = new Questions(leader, this::put);
        this.inventories = client.resources(VmTpmNode.class).runnableInformer(0);
        this.nodes = client.nodes().runnableInformer(0);
        this.leases = client.leases().inNamespace(agentsNamespace).runnableInformer(0);
        inventories.addEventHandler(handler(this::inventoryChanged));
        nodes.addEventHandler(handler((before, after) -> {
            if (after == null) {
                readiness.forget(Objects.requireNonNull(before).getMetadata().getName());
            } else {
                readiness.observe(after);
            }
            if (before == null || after == null || isFenced(before) != isFenced(after)) {
                nodeChanged(
                        Objects.requireNonNullElse(after, before).getMetadata().getName());
            }
        }));
        leases.addEventHandler(handler((before, after) -> leaseChanged(before, after)));
    }

    /** Starts watching; returns when everything was seen once. Asks and makes nothing yet. */
    public void start() {
        CompletableFuture.allOf(Stream.of(inventories, nodes, leases)
                        .map(i -> i.start().toCompletableFuture())
                        .toArray(CompletableFuture[]::new))
                .join();
        silence = watch.scheduleWithFixedDelay(this::noticeSilence, 1, 1, TimeUnit.SECONDS);
    }

    /** Whether what {@link #start} began goes on. It does while the API server is away. */
    public boolean isWatching() {
        return Stream.of(inventories, nodes, leases).allMatch(SharedIndexInformer::isRunning);
    }

    /** This process leads from now on: its first question is put, and missing VmTpmNodes are made. */
    public void lead() {
        leading = true;
        put(questions.current());
        leases.getStore().list().forEach(l -> leaseChanged(null, l));
    }

    public Questions questions() {
        return questions;
    }

    public Coverage coverage() {
        return coverage;
    }

    public Liveness liveness() {
        return liveness;
    }

    public List<VmTpmNode> inventories() {
        return inventories.getStore().list();
    }

    public Optional<Node> node(String name) {
        return nodes.getStore().list().stream()
                .filter(n -> n.getMetadata().getName().equals(name))
                .findFirst();
    }

    /** Gone, or marked by an administrator as off for certain. */
    public boolean isFenced(String name) {
        return node(name).map(Cluster::isFenced).orElse(true);
    }

    /** How long its Node has been not ready and its agent silent, both, as far as this process saw it. */
    public Duration downFor(String name) {
        Duration silent = liveness.silentFor(name);
        Duration notReady = readiness.notReadyFor(name);
        return silent.compareTo(notReady) < 0 ? silent : notReady;
    }

    private static boolean isFenced(Node node) {
        return node.getSpec() != null
                && node.getSpec().getTaints().stream().anyMatch(t -> OUT_OF_SERVICE.equals(t.getKey()));
    }

    private void inventoryChanged(@Nullable VmTpmNode before, @Nullable VmTpmNode after) {
        caughtUp(before, after).forEach(domainChanged);
        boolean concernsAll =
                !Objects.equals(question(before), question(after)) || hookLives(before) != hookLives(after);
        Map<String, VmTpmNodeStatus.Domain> old = domains(before);
        Map<String, VmTpmNodeStatus.Domain> now = domains(after);
        Set<String> all = new TreeSet<>(old.keySet());
        all.addAll(now.keySet());
        all.stream()
                .filter(uuid -> concernsAll || !Objects.equals(old.get(uuid), now.get(uuid)))
                .forEach(domainChanged);
        if (leading
                && after != null
                && !questions
                        .current()
                        .equals(after.getSpec() == null ? null : after.getSpec().question())) {
            put(after.getMetadata().getName(), questions.current());
        }
    }

    /** The domains of which this host may not have known that they are protected, and does now. */
    private Set<String> caughtUp(@Nullable VmTpmNode before, @Nullable VmTpmNode after) {
        if (after == null) {
            coverage.forget(Objects.requireNonNull(before).getMetadata().getName());
            return Set.of();
        }
        VmTpmNodeStatus status = Objects.requireNonNullElse(after.getStatus(), VmTpmNodeStatus.EMPTY);
        return coverage.reported(after.getMetadata().getName(), status.indexed());
    }

    private static boolean hookLives(@Nullable VmTpmNode node) {
        return node != null
                && node.getStatus() != null
                && node.getStatus().hook() != null
                && node.getStatus().hook().live();
    }

    private static @Nullable String question(@Nullable VmTpmNode node) {
        return node == null || node.getStatus() == null
                ? null
                : node.getStatus().observedQuestion();
    }

    private static Map<String, VmTpmNodeStatus.Domain> domains(@Nullable VmTpmNode node) {
        return node == null || node.getStatus() == null
                ? Map.of()
                : node.getStatus().domains().stream()
                        .collect(Collectors.toMap(VmTpmNodeStatus.Domain::uuid, d -> d, (first, second) -> first));
    }

    private void leaseChanged(@Nullable Lease before, @Nullable Lease after) {
        if (after == null) {
            if (before != null) {
                liveness.forget(before.getMetadata().getName());
            }
            return;
        }
        liveness.observe(after);
        String name = after.getMetadata().getName();
        boolean known = inventories.getStore().list().stream()
                .anyMatch(n -> n.getMetadata().getName().equals(name));
        if (leading && !known && nodes.hasSynced() && node(name).isPresent()) {
            make(name);
        }
    }

    private void make(String name) {
        VmTpmNode made = new VmTpmNode();
        made.getMetadata().setName(name);
        made.setSpec(new VmTpmNodeSpec(questions.current()));
        try {
            client.resource(made).create();
            LOG.atInfo().addKeyValue("node", name).log("made its VmTpmNode: an agent came");
        } catch (KubernetesClientException e) {
            if (e.getCode() != 409) {
                throw e;
            }
        }
    }

    private void put(String question) {
        inventories().forEach(n -> put(n.getMetadata().getName(), question));
    }

    private void put(String node, String question) {
        try {
            VmTpmNode asked = new VmTpmNode();
            asked.getMetadata().setName(node);
            asked.setSpec(new VmTpmNodeSpec(question));
            client.resource(asked)
                    .patch(new PatchContext.Builder()
                            .withPatchType(PatchType.SERVER_SIDE_APPLY)
                            .withFieldManager("tpm-keeper-operator")
                            .withForce(true)
                            .build());
        } catch (KubernetesClientException e) {
            LOG.atWarn()
                    .addKeyValue("node", node)
                    .addKeyValue("cause", e.getMessage())
                    .log("could not be asked; its next report brings the question again");
        }
    }

    private void nodeChanged(String name) {
        inventories().stream()
                .filter(n -> n.getMetadata().getName().equals(name))
                .flatMap(n -> domains(n).keySet().stream())
                .forEach(domainChanged);
    }

    private void noticeSilence() {
        Set<String> now = liveness.alive();
        Set<String> changed = new TreeSet<>(lastAlive);
        changed.addAll(now);
        changed.removeIf(n -> lastAlive.contains(n) && now.contains(n));
        lastAlive = now;
        changed.forEach(n -> {
            LOG.atInfo()
                    .addKeyValue("node", n)
                    .addKeyValue("alive", now.contains(n))
                    .log("agent");
            nodeChanged(n);
        });
    }

    private interface Change<T> {
        void from(@Nullable T before, @Nullable T after);
    }

    private static <T> ResourceEventHandler<T> handler(Change<T> change) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(T added) {
                change.from(null, added);
            }

            @Override
            public void onUpdate(T before, T after) {
                change.from(before, after);
            }

            @Override
            public void onDelete(T deleted, boolean unknownFinalState) {
                change.from(deleted, null);
            }
        };
    }

    @Override
    public void close() {
        if (silence != null) {
            silence.cancel(true);
        }
        watch.close();
        List.of(inventories, nodes, leases).forEach(SharedIndexInformer::close);
    }
}
