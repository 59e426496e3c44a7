package io.tpmkeeper.operator.state;

import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.Finding;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.operator.node.Cluster;
import io.tpmkeeper.protocol.operator.NodeView;
import io.tpmkeeper.protocol.operator.World;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is wrong with the node that has a domain, in the words of the domain's conditions. */
public final class NodeTrouble {
    /** The agent's word before its sentence. */
    private static final String STOP_HELD = Reason.STOP_HELD + ": ";

    private final Cluster cluster;

    public NodeTrouble(Cluster cluster) {
        this.cluster = cluster;
    }

    /** A stop that is held comes first: libvirt on that node may be blocked until somebody acts. */
    Optional<Finding> on(World world, @Nullable String node) {
        if (node == null) {
            return Optional.empty();
        }
        return heldStop(world, node).or(() -> inactiveHook(node));
    }

    private static Optional<Finding> heldStop(World world, String node) {
        NodeView view = world.nodes().get(node);
        String wrong = view == null ? null : view.facts().uploadRefused();
        return wrong == null || !wrong.startsWith(STOP_HELD)
                ? Optional.empty()
                : Optional.of(Finding.no(
                        ConditionType.READY,
                        Reason.STOP_HELD,
                        "On %s %s Free space there; or give the state up: touch /run/tpm-keeper/held/%s.let-go"
                                .formatted(node, wrong.substring(STOP_HELD.length()), world.domainUuid())));
    }

    private Optional<Finding> inactiveHook(String node) {
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
