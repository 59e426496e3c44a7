package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.RecordStatus;
import java.util.List;
import java.util.Optional;

/**
 * What the operator itself waits for while nothing is wrong and a start waits for it: that start is told, in case that it is refused before
 * that happens. Whatever is known better takes the place of it.
 */
public final class Awaited {
    private static final String BEGINS = "The operator waits: ";

    private Awaited() {}

    /** The starts that nobody has told anything are told. */
    static Verdict tell(World world) {
        String what = BEGINS + what(world);
        List<Step> told = world.nodes().values().stream()
                .filter(n -> n.asks().isPresent() && (isUntold(n) || isOnlyThis(n)))
                .flatMap(n -> Answering.answer(n, what).steps().stream())
                .toList();
        return Verdict.act(told);
    }

    private static boolean isUntold(NodeView node) {
        return answer(node).isEmpty();
    }

    /** Whether the start was told nothing but this. */
    static boolean isOnlyThis(NodeView node) {
        return answer(node).filter(Awaited::isAllThat).isPresent();
    }

    /** Whether what a start was told names nothing but the operator's own waiting. */
    public static boolean isAllThat(GrantSpec.Answer tells) {
        return tells.message().startsWith(BEGINS);
    }

    private static Optional<GrantSpec.Answer> answer(NodeView node) {
        return Optional.ofNullable(node.grant())
                .map(GrantSpec::answer)
                .filter(a -> node.asks().filter(r -> r.id().equals(a.request())).isPresent());
    }

    private static String what(World world) {
        RecordStatus status = world.status();
        Holder holder = status.holder();
        RecordStatus.Deletion deletion = status.deletion();
        if (deletion != null) {
            return deletion.policy() == DeletionPolicy.DELETE
                    ? "the domain is being deleted, and hosts are being cleaned"
                    : "the domain is being taken out of protection; what is to be kept is saved first";
        }
        Optional<NodeView> unanswered = world.nodes().values().stream()
                .filter(n -> order(world, n).isPresent())
                .findFirst();
        if (unanswered.isPresent()) {
            String node = unanswered.get().node();
            return order(world, unanswered.get())
                            .filter(o -> o.kind() == OrderKind.TOMBSTONE)
                            .isPresent()
                    ? "%s was told to give the domain up and has not answered yet; see whether its agent works"
                            .formatted(node)
                    : "%s was given the domain and has not answered yet; see whether its agent works".formatted(node);
        }
        if (holder == null) {
            return "nobody holds the domain yet, and not every node has answered";
        }
        return status.moving() == null
                ? "%s holds the domain; see the VmTpmState's conditions".formatted(holder.node())
                : "%s gave the domain up, and what it has of it is not saved yet; see whether its agent works"
                        .formatted(holder.node());
    }

    private static Optional<Order> order(World world, NodeView node) {
        return world.ordersOf(node.node()).flatMap(NodeOrders::open);
    }
}
