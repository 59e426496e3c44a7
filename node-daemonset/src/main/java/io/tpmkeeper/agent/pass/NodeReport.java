package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.Conditions;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.hostfile.Identity;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts the node's status together. */
final class NodeReport {
    /** Free space is told in these steps: it changes all the time, and nobody needs the rest. */
    private static final long STEP = 64L * 1024 * 1024;

    private final Host host;
    private final Identity identity;
    private final String agentVersion;

    NodeReport(Host host, Identity identity, String agentVersion) {
        this.host = host;
        this.identity = identity;
        this.agentVersion = agentVersion;
    }

    /** @param answers whether everything that the question asks for was observed after it, and is reported */
    VmTpmNodeStatus status(
            Cluster.Asked asked,
            boolean answers,
            Collection<PlacedDomain> inventory,
            Map<String, Facts> facts,
            List<Grant> grants,
            NodeHealth health) {
        try {
            return new VmTpmNodeStatus(
                    identity.host(),
                    identity.cluster(),
                    agentVersion,
                    hook(health),
                    inSteps(health.freeBytes()),
                    answers ? asked.question() : asked.reported().observedQuestion(),
                    indexed(),
                    conditions(asked.reported(), health),
                    domains(inventory, facts, grants));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The conditions as they are now; all else as it was said last: nobody could look. */
    VmTpmNodeStatus withoutInventory(VmTpmNodeStatus reported, NodeHealth health) {
        boolean sameHost = identity.host().equals(reported.hostId());
        return new VmTpmNodeStatus(
                identity.host(),
                identity.cluster(),
                agentVersion,
                hook(health),
                inSteps(health.freeBytes()),
                sameHost ? reported.observedQuestion() : null,
                sameHost ? reported.indexed() : null,
                conditions(reported, health),
                sameHost ? reported.domains() : List.of());
    }

    private List<Condition> conditions(VmTpmNodeStatus reported, NodeHealth health) {
        return Conditions.stamp(
                reported.conditions(), health.findings(), 0, host.clock().instant());
    }

    private static VmTpmNodeStatus.Hook hook(NodeHealth health) {
        return new VmTpmNodeStatus.Hook(
                health.hook().version(), health.hook().live(), health.hook().message());
    }

    private static @Nullable Long inSteps(@Nullable Long free) {
        return free == null ? null : free / STEP * STEP;
    }

    private static List<VmTpmNodeStatus.Domain> domains(
            Collection<PlacedDomain> inventory, Map<String, Facts> facts, List<Grant> grants) {
        Map<String, VmTpmNodeStatus.Domain> all = new TreeMap<>();
        for (PlacedDomain domain : inventory) {
            all.put(
                    domain.uuid(),
                    new VmTpmNodeStatus.Domain(
                            domain.uuid(), domain.paths().name(), domain.ownerNamespace(), domain.hasTpm(), null));
        }
        facts.forEach((uuid, mine) -> {
            VmTpmNodeStatus.Domain known = all.get(uuid);
            if (known == null && !mine.hasResidue() && mine.request() == null && mine.refusal() == null) {
                return;
            }
            boolean granted =
                    grants.stream().anyMatch(g -> g.spec().domainUuid().equals(uuid));
            Facts shown = granted ? null : mine;
            all.put(
                    uuid,
                    known == null
                            ? new VmTpmNodeStatus.Domain(uuid, null, null, true, shown)
                            : new VmTpmNodeStatus.Domain(
                                    uuid, known.name(), known.ownerNamespace(), known.tpm(), shown));
        });
        return List.copyOf(all.values());
    }

    private VmTpmNodeStatus.@Nullable Indexed indexed() throws IOException {
        try {
            return host.files()
                    .index()
                    .map(i -> VmTpmNodeStatus.Indexed.of(i.guards()))
                    .orElse(null);
        } catch (UnreadableException e) {
            return null;
        }
    }
}
