package io.tpmkeeper.operator.record;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.api.AcceptLoss;
import io.tpmkeeper.api.EffectivePolicy;
import io.tpmkeeper.api.VmTpmGrant;
import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.operator.generation.Deliveries;
import io.tpmkeeper.operator.generation.Generations;
import io.tpmkeeper.operator.generation.Uploads;
import io.tpmkeeper.operator.node.Cluster;
import io.tpmkeeper.operator.state.Policies;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.operator.NodeView;
import io.tpmkeeper.protocol.operator.World;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Observes one domain. The record first and the grants after it, both live: so a grant is never older than the record that it
 * is judged by. The nodes' answers come in between, from what is watched: so an answer is never newer than the facts that it vouches
 * for. What comes after them is asked for at once.
 */
public final class WorldReader {
    private final KubernetesClient client;
    private final Cluster cluster;
    private final Policies policies;
    private final Uploads uploads;
    private final Generations generations;
    private final Deliveries deliveries;
    private final Clock clock;

    public WorldReader(
            KubernetesClient client,
            Cluster cluster,
            Policies policies,
            Uploads uploads,
            Generations generations,
            Deliveries deliveries,
            Clock clock) {
        this.client = client;
        this.cluster = cluster;
        this.policies = policies;
        this.uploads = uploads;
        this.generations = generations;
        this.deliveries = deliveries;
        this.clock = clock;
    }

    /**
     * What was observed.
     *
     * @param record from which it was read, for a compare-and-set
     */
    public record Observed(VmTpmRecord record, World world, Uploads.Inbox inbox, Generations.Kept kept) {}

    /** Empty: there is no record. */
    public Optional<Observed> read(String domainUuid) {
        return Optional.ofNullable(
                        client.resources(VmTpmRecord.class).withName(domainUuid).get())
                .flatMap(record -> around(record, this::owned));
    }

    /**
     * The same for a record that was just read, with its owner and the policy of that.
     *
     * @param state the record's owner
     */
    public Optional<Observed> around(VmTpmRecord record, VmTpmState state, EffectivePolicy policy) {
        return around(record, spec -> new Owned(state, policy));
    }

    private Optional<Observed> around(VmTpmRecord record, Function<RecordSpec, Owned> owner) {
        if (record.getMetadata().getDeletionTimestamp() != null) {
            return Optional.empty();
        }
        String domainUuid = record.getMetadata().getName();
        RecordSpec spec = Objects.requireNonNullElse(record.getSpec(), new RecordSpec(null, null));
        Home home = home(spec);
        // An agent writes its facts first and answers then: of answers that are read before the facts, none vouches for
        // older ones.
        List<VmTpmNode> inventories = cluster.inventories();
        AtOnce calls = new AtOnce();
        var owned = calls.begin(() -> owner.apply(spec));
        var grants = calls.begin(() -> grants(domainUuid));
        var inbox = calls.begin(() -> uploads.of(domainUuid));
        var kept = calls.begin(() -> generations.of(domainUuid, home.namespace()));
        var sent = calls.begin(() -> deliveries.of(domainUuid));
        VmTpmState state = owned.get().state();
        EffectivePolicy policy = owned.get().policy();
        String ownerDeleted = state == null || state.getMetadata().getDeletionTimestamp() != null
                ? (spec.owner() == null ? null : spec.owner().uid())
                : null;
        boolean terminating = (ownerDeleted != null || spec.owner() == null) && isTerminating(home.namespace());
        RecordStatus status = Objects.requireNonNullElse(record.getStatus(), RecordStatus.EMPTY);
        Instant now = clock.instant();
        return Optional.of(new Observed(
                record,
                new World(
                        domainUuid,
                        record.getMetadata().getUid(),
                        spec,
                        status,
                        policies.forDecisions(policy),
                        now.getEpochSecond(),
                        now.truncatedTo(ChronoUnit.SECONDS).toString(),
                        UUID.randomUUID().toString(),
                        accepted(state),
                        ownerDeleted,
                        terminating,
                        home.namespace(),
                        home.name(),
                        policy.className(),
                        state == null ? null : CaptureRequest.unanswered(state).orElse(null),
                        nodes(domainUuid, status, policy, inventories, grants.get()),
                        inbox.get().uploads(),
                        inbox.get().unreadable(),
                        kept.get().generations(),
                        sent.get(),
                        cluster.questions().of(domainUuid)),
                inbox.get(),
                kept.get()));
    }

    /** What is deleted consents to nothing any more. */
    private static World.@Nullable Accepted accepted(@Nullable VmTpmState state) {
        if (state == null || state.getMetadata().getDeletionTimestamp() != null) {
            return null;
        }
        AcceptLoss loss = state.getSpec().acceptLoss();
        return loss == null ? null : new World.Accepted(loss.reason().toString(), loss.of());
    }

    /** @param state null: there is none */
    private record Owned(@Nullable VmTpmState state, EffectivePolicy policy) {}

    private Owned owned(RecordSpec spec) {
        VmTpmState state = spec.owner() == null ? null : stateOf(spec.owner());
        return new Owned(state, policies.ofRecord(state, spec));
    }

    /** Where the domain's generations lie, and after what they are named. */
    private record Home(String namespace, String name) {}

    private static Home home(RecordSpec spec) {
        if (spec.owner() != null) {
            return new Home(spec.owner().namespace(), spec.owner().name());
        }
        RecordSpec.Retained retained =
                Objects.requireNonNull(spec.retained(), "a record has an owner, or says what its last owner left");
        return new Home(retained.namespace(), retained.name());
    }

    /** Null if it is gone, or another one has its name. */
    private @Nullable VmTpmState stateOf(Owner owner) {
        VmTpmState state = client.resources(VmTpmState.class)
                .inNamespace(owner.namespace())
                .withName(owner.name())
                .get();
        return state != null && state.getMetadata().getUid().equals(owner.uid()) ? state : null;
    }

    private boolean isTerminating(String namespace) {
        var found = client.namespaces().withName(namespace).get();
        return found == null || found.getMetadata().getDeletionTimestamp() != null;
    }

    private Map<String, VmTpmGrant> grants(String domainUuid) {
        return client.resources(VmTpmGrant.class).withField("spec.domainUuid", domainUuid).list().getItems().stream()
                .filter(g -> g.getMetadata().getDeletionTimestamp() == null)
                .collect(Collectors.toMap(g -> g.getSpec().nodeName(), Function.identity()));
    }

    private SortedMap<String, NodeView> nodes(
            String domainUuid,
            RecordStatus status,
            EffectivePolicy policy,
            List<VmTpmNode> reported,
            Map<String, VmTpmGrant> grants) {
        Map<String, VmTpmNode> inventories =
                reported.stream().collect(Collectors.toMap(n -> n.getMetadata().getName(), Function.identity()));
        SortedMap<String, NodeView> views = new TreeMap<>();
        inventories.keySet().forEach(n -> views.put(n, view(n, domainUuid, inventories, grants, policy)));
        grants.keySet().forEach(n -> views.putIfAbsent(n, view(n, domainUuid, inventories, grants, policy)));
        status.nodes().stream()
                .map(NodeOrders::node)
                .forEach(n -> views.putIfAbsent(n, view(n, domainUuid, inventories, grants, policy)));
        return views;
    }

    private NodeView view(
            String node,
            String domainUuid,
            Map<String, VmTpmNode> inventories,
            Map<String, VmTpmGrant> grants,
            EffectivePolicy policy) {
        VmTpmNodeStatus inventory = Optional.ofNullable(inventories.get(node))
                .map(VmTpmNode::getStatus)
                .orElse(VmTpmNodeStatus.EMPTY);
        VmTpmGrant grant = grants.get(node);
        GrantSpec spec = grant == null ? null : grant.getSpec();
        Map<String, String> labels = cluster.node(node)
                .map(Node::getMetadata)
                .map(m -> m.getLabels())
                .orElse(Map.of());
        return new NodeView(
                node,
                cluster.liveness().isAlive(node),
                cluster.isFenced(node),
                cluster.downFor(node).toSeconds(),
                policy.allowedNodes() == null || policy.allowedNodes().matches(labels),
                cluster.coverage().isUnaware(node, domainUuid),
                inventory.hostId(),
                cluster.questions().answered(inventory.observedQuestion()),
                spec,
                facts(grant, inventory, domainUuid));
    }

    private static Facts facts(@Nullable VmTpmGrant grant, VmTpmNodeStatus inventory, String domainUuid) {
        if (grant != null && grant.getStatus() != null && grant.getStatus().hostId() != null) {
            return grant.getStatus();
        }
        String hostId = Objects.requireNonNullElse(inventory.hostId(), "");
        return inventory
                .domain(domainUuid)
                .map(VmTpmNodeStatus.Domain::facts)
                .filter(f -> f.hostId() != null)
                .orElseGet(() -> Facts.nothing(hostId));
    }
}
