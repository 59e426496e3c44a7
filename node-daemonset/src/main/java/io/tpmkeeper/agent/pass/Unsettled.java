package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.ClusterException;
import io.tpmkeeper.agent.install.HookState;
import io.tpmkeeper.agent.place.DomainPlace;
import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.agent.place.Trouble;
import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.Conditions;
import io.tpmkeeper.api.VmTpmNodeStatus;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is told of a node whose host directory cannot even be made: what is wrong, and, where nothing can be lost, nothing more. */
public final class Unsettled {
    private final Cluster cluster;
    private final DomainPlace place;
    private final InstantSource clock;
    private final String agentVersion;

    public Unsettled(Cluster cluster, DomainPlace place, InstantSource clock, String agentVersion) {
        this.cluster = cluster;
        this.place = place;
        this.clock = clock;
        this.agentVersion = agentVersion;
    }

    /**
     * The operator's question is answered only if no directory was ever reported for this node and libvirt has no domain with a
     * TPM: else nobody knows what lies here, and the operator waits, as it does for a node that is silent.
     *
     * @param wrong with the host directory, and what to do
     * @return whether there is nothing more to tell: the question was answered, or nobody ever could on this node
     */
    public boolean tell(String wrong) throws ClusterException {
        Cluster.Asked asked = cluster.asked().orElse(null);
        if (asked == null) {
            return false;
        }
        VmTpmNodeStatus reported = asked.reported();
        Trouble failure = null;
        Trouble trouble = null;
        boolean nothingHere = false;
        try {
            List<PlacedDomain> domains = place.domains();
            nothingHere =
                    reported.hostId() == null && domains.stream().noneMatch(d -> d.hasTpm() || d.refused() != null);
            trouble = place.trouble().orElse(null);
        } catch (PlaceException e) {
            failure = e.trouble();
        }
        NodeHealth health = new NodeHealth(failure, hook(reported, trouble), wrong, null);
        VmTpmNodeStatus status = new VmTpmNodeStatus(
                reported.hostId(),
                reported.clusterId(),
                agentVersion,
                reported.hook() == null
                        ? new VmTpmNodeStatus.Hook(null, false, health.hook().message())
                        : reported.hook(),
                null,
                nothingHere ? asked.question() : reported.observedQuestion(),
                reported.indexed(),
                conditions(reported, health),
                reported.domains());
        if (!status.equals(reported)) {
            cluster.report(status);
        }
        return nothingHere || reported.hostId() == null;
    }

    private List<Condition> conditions(VmTpmNodeStatus reported, NodeHealth health) {
        return Conditions.stamp(reported.conditions(), health.findings(), 0, clock.instant());
    }

    /** What was seen of it last; it works without the agent. */
    private static HookState hook(VmTpmNodeStatus reported, @Nullable Trouble trouble) {
        return Optional.ofNullable(reported.hook())
                .filter(VmTpmNodeStatus.Hook::live)
                .map(h -> HookState.live(String.valueOf(h.version()), false, null))
                .orElseGet(() -> trouble == null
                        ? HookState.UNKNOWN
                        : new HookState(null, false, false, trouble.message(), trouble, null));
    }
}
