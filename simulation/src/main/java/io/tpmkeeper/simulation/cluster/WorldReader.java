package io.tpmkeeper.simulation.cluster;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.operator.NodeView;
import io.tpmkeeper.protocol.operator.World;
import io.tpmkeeper.simulation.truth.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Puts together what the operator observes: the record, then the rest live, inventories and Leases from what was watched. */
final class WorldReader {
    private final Api api;
    private final Nodes nodes;
    private final ClassPolicy policy;
    private final Clock clock;

    WorldReader(Api api, Nodes nodes, ClassPolicy policy, Clock clock) {
        this.api = api;
        this.nodes = nodes;
        this.policy = policy;
        this.clock = clock;
    }

    World read(
            Stored.Record record,
            Map<String, Stored.Node> inventories,
            Set<String> alive,
            Map<String, Long> downSince,
            Questions questions) {
        RecordSpec spec = record.spec();
        Owner owner = spec.owner();
        String namespace;
        String name;
        if (owner != null) {
            namespace = owner.namespace();
            name = owner.name();
        } else {
            var retained = Objects.requireNonNull(spec.retained(), "a record has an owner, or what its last one left");
            namespace = retained.namespace();
            name = retained.name();
        }
        Stored.State state = owner == null ? null : api.states.get(owner.toString());
        if (state != null && !state.owner().equals(owner)) {
            // Another one has its name.
            state = null;
        }
        String ownerDeleted = owner != null && (state == null || state.deleting()) ? owner.uid() : null;
        boolean leaving = ownerDeleted != null || owner == null;
        TreeMap<String, NodeView> views = new TreeMap<>();
        for (String node : all(record, inventories)) {
            Long since = alive.contains(node) ? null : downSince.get(node);
            long downFor = since == null ? 0 : clock.elapsed() - since;
            views.put(
                    node,
                    view(node, record, inventories.getOrDefault(node, Stored.Node.EMPTY), alive, downFor, questions));
        }
        return new World(
                Api.DOMAIN,
                record.uid(),
                spec,
                record.status(),
                policy.with(state == null ? DeletionPolicy.RETAIN : state.policy()),
                clock.now(),
                "at " + clock.now(),
                clock.nonce(),
                state == null ? null : state.accepted(),
                ownerDeleted,
                leaving && api.terminating.contains(namespace),
                namespace,
                name,
                null,
                owner == null ? null : api.captureRequest,
                views,
                List.copyOf(api.uploads.values()),
                List.of(),
                List.copyOf(api.generations.values()),
                List.copyOf(api.deliveries.values()),
                questions.all());
    }

    private Set<String> all(Stored.Record record, Map<String, Stored.Node> inventories) {
        Set<String> names = new TreeSet<>(inventories.keySet());
        names.addAll(api.grants.keySet());
        record.status().nodes().forEach(n -> names.add(n.node()));
        return names;
    }

    private NodeView view(
            String node,
            Stored.Record record,
            Stored.Node inventory,
            Set<String> alive,
            long downFor,
            Questions questions) {
        Stored.Grant grant = api.grants.get(node);
        return new NodeView(
                node,
                alive.contains(node),
                nodes.isFenced(node),
                downFor,
                nodes.isAllowed(node),
                // Nobody is given time here: who reads it is not hurried.
                record.guard() != null && !inventory.indexed(),
                inventory.hostId(),
                questions.answered(inventory.observed()),
                grant == null ? null : grant.spec(),
                facts(grant, inventory));
    }

    private static Facts facts(Stored.@Nullable Grant grant, Stored.Node inventory) {
        if (grant != null && grant.reported() != null) {
            return grant.reported();
        }
        return inventory.facts() != null
                ? inventory.facts()
                : Facts.nothing(Objects.requireNonNullElse(inventory.hostId(), ""));
    }
}
