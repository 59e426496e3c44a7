package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the record holds for one node.
 *
 * @param hostId to which the order is addressed
 * @param order in force; the node's VmTpmGrant repeats it
 * @param acked the last order that the node acknowledged
 * @param known ids of the orders written since {@code acked}: an order id on the host that is none of these was given by an
 *     operator whose writes were rolled back
 * @param served ids of the requests of this node that were answered already
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record NodeOrders(
        String node,
        String hostId,
        @Nullable Order order,
        @Nullable Order acked,
        List<String> known,
        List<String> served) {

    /** A node's last requests only: a prepare waits for seconds, so an older one cannot be asked again. */
    private static final int SERVED_KEPT = 8;

    public NodeOrders {
        known = known == null ? List.of() : List.copyOf(known);
        served = served == null ? List.of() : List.copyOf(served);
    }

    public static NodeOrders none(String node, String hostId) {
        return new NodeOrders(node, hostId, null, null, List.of(), List.of());
    }

    public NodeOrders ordered(String toHostId, Order next) {
        List<String> ids = new ArrayList<>(known);
        ids.add(next.id());
        return new NodeOrders(node, toHostId, next, acked, ids, served);
    }

    /** What was done for a start that waits on this node came to nothing: it waits again. */
    public NodeOrders waitsAgain(String request) {
        return new NodeOrders(
                node,
                hostId,
                order,
                acked,
                known,
                served.stream().filter(id -> !id.equals(request)).toList());
    }

    /** The line is given elsewhere: a start that waits on this node, and was served with the line that it has now, waits again. */
    public NodeOrders passed(String toHostId, Order tombstone) {
        boolean held = order != null && order.kind() == OrderKind.HELD;
        NodeOrders next = ordered(toHostId, tombstone);
        return held ? new NodeOrders(node, toHostId, tombstone, acked, next.known, List.of()) : next;
    }

    /** The node acknowledged the order in force. */
    public NodeOrders acknowledged() {
        return new NodeOrders(node, hostId, order, order, List.of(), served);
    }

    /** The node refused the order in force: what it obeyed last stands again. */
    public NodeOrders takenBack() {
        return new NodeOrders(node, hostId, acked, acked, known, served);
    }

    public NodeOrders answered(String request) {
        List<String> ids = new ArrayList<>(served);
        ids.remove(request);
        ids.add(request);
        return new NodeOrders(
                node, hostId, order, acked, known, ids.subList(Math.max(0, ids.size() - SERVED_KEPT), ids.size()));
    }

    /** Whether the order in force still waits for the node's answer. */
    public boolean unanswered() {
        return order != null && !order.equals(acked);
    }

    /** The order that still waits for the node's answer. */
    public Optional<Order> open() {
        return unanswered() ? Optional.ofNullable(order) : Optional.empty();
    }

    public boolean knows(String orderId) {
        return known.contains(orderId) || (acked != null && acked.id().equals(orderId));
    }
}
