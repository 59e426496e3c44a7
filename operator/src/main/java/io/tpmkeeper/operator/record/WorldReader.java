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
import io.tpmkeeper.operator.generation.Generations;
import io.tpmkeeper.operator.generation.Transit;
import io.tpmkeeper.operator.generation.Uploads;
import io.tpmkeeper.operator.node.Cluster;
import io.tpmkeeper.operator.policy.Policies;
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
 *
 * <p>Each look reads all of it anew, for what was seen a moment ago may be over:
 * <ul>
 *   <li>the record: what every step is compared with. A reconciler's next pass takes the API server's answer to its own last write
 *       instead, which is that record as it was then; see {@link StepTaker#take};
 *   <li>the owner's VmTpmState, and after it the class, so that who changes a class and then the VmTpmState is never judged by the
 *       new VmTpmState and the old class: a deletionPolicy may come from either;
 *   <li>the grants: orders are written over what is observed here, and acknowledged by the facts in them;
 *   <li>what is on its way: an upload may be new, and what is verified is the Secret that is read;
 *   <li>the generations, also in the look that only tells: what counts as saved is what is there.
 * </ul>
 */
public final class WorldReader {
    private final KubernetesClient client;
    private final Cluster cluster;
    private final Policies policies;
    private final Transit transit;
    private final Generations generations;
    private final Clock clock;
    private final AtOnce calls;

    public WorldReader(
            KubernetesClient client,
            Cluster cluster,
            Policies policies,
            Transit transit,
            Generations generations,
            Clock clock) {
        this(client, cluster, policies, transit, generations, clock, new AtOnce());
    }

    WorldReader(
            KubernetesClient client,
            Cluster cluster,
            Policies policies,
            Transit transit,
            Generations generations,
            Clock clock,
            AtOnce calls) {
        this.client = client;
        this.cluster = cluster;
        this.policies = policies;
        this.transit = transit;
        this.generations = generations;
        this.clock = clock;
        this.calls = calls;
    }

    /**
     * What was observed.
     *
     * @param record from which it was read, for a compare-and-set
     * @param grants by node, each for a compare-and-set
     */
    public record Observed(
            VmTpmRecord record,
            Map<String, VmTpmGrant> grants,
            World world,
            Uploads.Inbox inbox,
            Generations.Kept kept) {}

    /** Empty: there is no record. */
    public Optional<Observed> read(String domainUuid) {
        return Optional.ofNullable(
                        client.resources(VmTpmRecord.class).withName(domainUuid).get())
                .flatMap(this::around);
    }

    /** The same for a record that was just read, or just written: what the API server answered. */
    public Optional<Observed> around(VmTpmRecord record) {
        return around(record, this::owned);
    }

    /**
     * The same with the owner and its policy, read already.
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
        var owned = calls.begin(() -> owner.apply(spec));
        var grants = calls.begin(() -> grants(domainUuid));
        var underWay = calls.begin(() -> transit.of(domainUuid));
        var kept = calls.begin(() -> generations.of(domainUuid, home.namespace()));
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
                grants.get(),
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
                        underWay.get().inbox().uploads(),
                        underWay.get().inbox().unreadable(),
                        kept.get().generations(),
                        underWay.get().deliveries(),
                        cluster.questions().of(domainUuid)),
                underWay.get().inbox(),
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

    /** Whether the namespace is being deleted, and a generation of the domain holds that up. */
    public boolean isHeldUp(String namespace, String domainUuid) {
        return isTerminating(namespace)
                && generations.of(domainUuid, namespace).generations().stream().anyMatch(g -> g.kept());
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
