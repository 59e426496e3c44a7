package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Brings the tip's content to a node whose start waits for it, and clears deliveries away. Changes no right. */
final class Deliver implements Verb {
    @Override
    public Verdict consider(World world) {
        List<Step> steps = new ArrayList<>();
        for (World.Delivery delivery : world.deliveries()) {
            NodeView node = world.nodes().get(delivery.node());
            if (node == null
                    || !needs(world, node).filter(delivery.digest()::equals).isPresent()) {
                steps.add(new Step.DeleteDelivery(delivery.name()));
            }
        }
        for (NodeView node : world.nodes().values()) {
            Optional<Digest> needed = needs(world, node);
            boolean underWay = world.deliveries().stream()
                    .anyMatch(d -> d.node().equals(node.node())
                            && needed.filter(d.digest()::equals).isPresent());
            needed.filter(d -> !underWay).flatMap(world::generationOf).ifPresent(g -> {
                steps.add(new Step.Deliver(node.node(), g.digest(), g));
                steps.add(new Step.Announce(
                        false,
                        "Delivered",
                        "Generation %d was put ready for the start on %s.".formatted(g.number(), node.node())));
            });
        }
        return Verdict.act(steps);
    }

    /** The state that the node is to start from, while a start waits there and the node does not have it. */
    private static Optional<Digest> needs(World world, NodeView node) {
        if (node.asks().isEmpty()) {
            return Optional.empty();
        }
        return tip(world, node).filter(d -> node.facts().digests().noneMatch(d::equals));
    }

    private static Optional<Digest> tip(World world, NodeView node) {
        Optional<Digest> ordered = world.ordersOf(node.node())
                .filter(o -> o.unanswered() && node.isHost(o.hostId()))
                .map(o -> o.order() != null && o.order().tip() instanceof Content.Of of ? of.digest() : null);
        return ordered.isPresent()
                ? ordered
                : HolderLine.of(world)
                        .filter(h -> h.node().node().equals(node.node()))
                        .map(HolderLine::line)
                        .filter(Line::isHeld)
                        .map(Line::tip);
    }
}
