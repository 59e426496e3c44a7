package io.tpmkeeper.operator.state;

import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.Finding;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.operator.node.Cluster;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is wrong with the node that has a domain, in the words of the domain's conditions. */
public final class NodeTrouble {
    private final Cluster cluster;

    public NodeTrouble(Cluster cluster) {
        this.cluster = cluster;
    }

    Optional<Finding> on(@Nullable String node) {
        return cluster.inventories().stream()
                .filter(n -> n.getMetadata().getName().equals(node))
                .map(VmTpmNode::getStatus)
                .filter(s -> s != null && s.hook() != null && !s.hook().live())
                .findFirst()
                .map(s -> Finding.no(
                        ConditionType.READY,
                        Reason.HOOK_INACTIVE,
                        "The hook on %s is not live, so a stop there would not be saved: %s".formatted(node, why(s))));
    }

    private static String why(VmTpmNodeStatus status) {
        String message = status.hook() == null ? null : status.hook().message();
        return message == null ? "see the VmTpmNode's conditions." : message;
    }
}
