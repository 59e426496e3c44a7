package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.ClusterException;
import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.agent.install.HookState;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.hostfile.Identity;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the cluster what a pass found; what it knows already is not told again. */
final class Reports {
    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

    private final Cluster cluster;
    private final Identity identity;
    private final NodeReport report;
    private boolean told;

    Reports(Cluster cluster, Identity identity, NodeReport report) {
        this.cluster = cluster;
        this.identity = identity;
        this.report = report;
    }

    /**
     * Whether this agent once told the cluster all that there is to tell: what is on the node; or what is wrong, where no agent
     * could ever look.
     */
    boolean told() {
        return told;
    }

    /** Every grant's facts. @return whether the cluster has all of them */
    boolean tell(List<Grant> grants, Map<String, Facts> facts) {
        boolean all = true;
        for (Grant grant : grants) {
            Facts mine = facts.getOrDefault(grant.spec().domainUuid(), Facts.nothing(identity.host()));
            try {
                if (!mine.equals(grant.reported())) {
                    cluster.report(grant.name(), mine);
                }
            } catch (ClusterException e) {
                all = false;
                LOG.atWarn()
                        .addKeyValue("grant", grant.name())
                        .addKeyValue("cause", e.getMessage())
                        .log("facts were not reported; it is tried again");
            }
        }
        return all;
    }

    /** The node, after every grant's facts: the answer to the question says that all of them were collected after it. */
    void tellNode(
            Cluster.Asked asked,
            boolean answers,
            Collection<PlacedDomain> inventory,
            Map<String, Facts> facts,
            List<Grant> grants,
            NodeHealth health) {
        NodeHealth known = withHookAsReported(asked.reported(), health);
        told |= tellNode(asked, report.status(asked, answers, inventory, facts, grants, known));
    }

    /** What is wrong, where nobody could look at the rest. */
    void tellTrouble(Optional<Cluster.Asked> asked, NodeHealth health) {
        asked.ifPresent(a -> {
            NodeHealth known = withHookAsReported(a.reported(), health);
            boolean arrived = tellNode(a, report.withoutInventory(a.reported(), known));
            told |= arrived && a.reported().observedQuestion() == null;
        });
    }

    private boolean tellNode(Cluster.Asked asked, VmTpmNodeStatus status) {
        try {
            if (!status.equals(asked.reported())) {
                cluster.report(status);
            }
            return true;
        } catch (ClusterException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("the inventory was not reported; it is tried again");
            return false;
        }
    }

    /** Until this agent has looked at the hook, what the one before it saw holds: the hook works without any. */
    private NodeHealth withHookAsReported(VmTpmNodeStatus reported, NodeHealth health) {
        VmTpmNodeStatus.Hook before = reported.hook();
        if (!health.hook().equals(HookState.UNKNOWN)
                || before == null
                || !before.live()
                || !Objects.equals(identity.host(), reported.hostId())) {
            return health;
        }
        return new NodeHealth(
                health.place(),
                HookState.live(String.valueOf(before.version()), false, null),
                health.directory(),
                health.freeBytes());
    }
}
