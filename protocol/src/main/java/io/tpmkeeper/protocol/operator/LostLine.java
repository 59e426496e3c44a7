package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.OrderKind;
import java.util.List;

/** Notices that the holder's host has forgotten the line that it acknowledged: its file was deleted, or is torn. */
final class LostLine implements Verb {
    @Override
    public Verdict consider(World world) {
        if (world.status().deletion() != null || world.status().moving() != null) {
            return Verdict.NOTHING;
        }
        return world.holder()
                .filter(n -> n.alive() && HolderLine.isTheHost(world, n))
                .filter(n -> wasTaken(world, n))
                .filter(n -> n.facts().lineOf(world.recordUid()).isEmpty())
                .map(n -> Verdict.found(new Finding(
                        Finding.Reason.MISSING_STATE,
                        "%s no longer knows that it may start the domain: its file vm/%s is gone or torn. No start is allowed from it; put the file back from a backup of the host directory."
                                .formatted(n.node(), world.domainUuid()),
                        Offers.all(Beginnings.fromSaved(world), Offers.continueOn(world, List.of(n))))))
                .orElse(Verdict.NOTHING);
    }

    private static boolean wasTaken(World world, NodeView node) {
        return world.ordersOf(node.node())
                .filter(o -> !o.unanswered())
                .map(NodeOrders::acked)
                .map(Order::kind)
                .filter(OrderKind.HELD::equals)
                .isPresent();
    }
}
