package io.tpmkeeper.agent.cluster;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.api.VmTpmGrant;
import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Guard;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API server by Fabric8's client, with the rights of a node's agent and no more. */
public final class KubernetesCluster implements Cluster {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesCluster.class);
    private static final String MANAGER = "tpm-keeper-agent";
    private static final int LEASE_SECONDS = 40;

    private final KubernetesClient client;
    private final String node;
    private final String namespace;
    private final Runnable changed;
    private final Transfers transfers;
    private final SharedIndexInformer<VmTpmRecord> records;
    private final SharedIndexInformer<VmTpmGrant> grants;
    private final SharedIndexInformer<VmTpmNode> nodes;
    private final SharedIndexInformer<Secret> deliveries;

    /**
     * @param namespace the agents'
     * @param changed called when anything that is watched changes
     */
    public KubernetesCluster(KubernetesClient client, String node, String namespace, Runnable changed) {
        this.client = client;
        this.node = node;
        this.namespace = namespace;
        this.changed = changed;
        this.transfers = new Transfers(client, node, namespace);
        this.records = client.resources(VmTpmRecord.class)
                .withLabel(ApiGroup.GUARD_LABEL)
                .runnableInformer(0);
        this.grants = client.resources(VmTpmGrant.class)
                .withField("spec.nodeName", node)
                .runnableInformer(0);
        this.nodes = client.resources(VmTpmNode.class)
                .withField("metadata.name", node)
                .runnableInformer(0);
        this.deliveries = transfers.forThisNode().runnableInformer(0);
        follow(records);
        follow(grants);
        follow(nodes);
        follow(deliveries);
    }

    /** Starts watching, and tries for ever: a host works without the API server. */
    private <T extends io.fabric8.kubernetes.api.model.HasMetadata> void follow(SharedIndexInformer<T> informer) {
        informer.exceptionHandler((started, cause) -> {
            LOG.atDebug()
                    .addKeyValue("cause", String.valueOf(cause.getMessage()))
                    .log("a watch begins again");
            return true;
        });
        informer.addEventHandler(new ResourceEventHandler<T>() {
            @Override
            public void onAdd(T added) {
                changed.run();
            }

            @Override
            public void onUpdate(T before, T after) {
                changed.run();
            }

            @Override
            public void onDelete(T deleted, boolean unknownFinalState) {
                changed.run();
            }
        });
        var unused = informer.start().whenComplete((done, failed) -> changed.run());
    }

    @Override
    public String id() throws ClusterException {
        return asking("cluster id", () -> {
            Namespace system = client.namespaces().withName("kube-system").get();
            if (system == null) {
                throw new KubernetesClientException("there is no namespace kube-system");
            }
            return system.getMetadata().getUid();
        });
    }

    @Override
    public Optional<SortedMap<String, Guard>> index() {
        if (!records.hasSynced()) {
            return Optional.empty();
        }
        SortedMap<String, Guard> index = new TreeMap<>();
        for (VmTpmRecord each : records.getStore().list()) {
            String word = each.getMetadata().getLabels().get(ApiGroup.GUARD_LABEL);
            index.put(each.getMetadata().getName(), Guard.ofLabel(word));
        }
        return Optional.of(index);
    }

    @Override
    public Optional<List<Grant>> grants() {
        if (!grants.hasSynced()) {
            return Optional.empty();
        }
        return Optional.of(grants.getStore().list().stream()
                .flatMap(KubernetesCluster::grant)
                .toList());
    }

    private static Stream<Grant> grant(VmTpmGrant grant) {
        return grant.getSpec() == null
                ? Stream.empty()
                : Stream.of(new Grant(grant.getMetadata().getName(), grant.getSpec(), grant.getStatus()));
    }

    @Override
    public Optional<Grant> grantNow(String name) throws ClusterException {
        return asking(
                "grant",
                () -> Stream.ofNullable(client.resources(VmTpmGrant.class)
                                .withName(name)
                                .get())
                        .flatMap(KubernetesCluster::grant)
                        .findFirst());
    }

    @Override
    public Optional<Asked> asked() {
        return nodes.getStore().list().stream()
                .map(n -> new Asked(
                        n.getSpec() == null ? null : n.getSpec().question(),
                        n.getStatus() == null ? VmTpmNodeStatus.EMPTY : n.getStatus()))
                .findFirst();
    }

    private static final PatchContext WHOLE = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(MANAGER)
            .withForce(true)
            .build();

    @Override
    public void report(String grant, Facts facts) throws ClusterException {
        VmTpmGrant fresh = new VmTpmGrant();
        fresh.getMetadata().setName(grant);
        fresh.setStatus(facts);
        asking("facts", () -> client.resource(fresh).subresource("status").patch(WHOLE));
    }

    @Override
    public void report(VmTpmNodeStatus status) throws ClusterException {
        VmTpmNode fresh = new VmTpmNode();
        fresh.getMetadata().setName(node);
        fresh.setStatus(status);
        asking("inventory", () -> client.resource(fresh).subresource("status").patch(WHOLE));
    }

    @Override
    public boolean isUploaded(String name) throws ClusterException {
        return asking("upload", () -> transfers.isUploaded(name));
    }

    @Override
    public void upload(Upload upload) throws ClusterException {
        asking("upload", () -> transfers.upload(upload));
    }

    @Override
    public List<Map<String, byte[]>> deliveries(String domainUuid) throws ClusterException {
        return asking("deliveries", () -> transfers.deliveries(domainUuid));
    }

    @Override
    public long renewLease() throws ClusterException {
        return asking("lease", () -> {
            Lease lease = new LeaseBuilder()
                    .withNewMetadata()
                    .withNamespace(namespace)
                    .withName(node)
                    .endMetadata()
                    .withNewSpec()
                    .withHolderIdentity(node)
                    .withLeaseDurationSeconds(LEASE_SECONDS)
                    .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC))
                    .endSpec()
                    .build();
            return revision(client.resource(lease).patch(WHOLE).getMetadata().getResourceVersion());
        });
    }

    private static long revision(@Nullable String resourceVersion) {
        try {
            return resourceVersion == null ? 0 : Long.parseLong(resourceVersion);
        } catch (NumberFormatException notOrdered) {
            return 0;
        }
    }

    private static <T> T asking(String what, Supplier<T> question) throws ClusterException {
        try {
            return question.get();
        } catch (KubernetesClientException e) {
            throw new ClusterException(what + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        records.close();
        grants.close();
        nodes.close();
        deliveries.close();
    }
}
