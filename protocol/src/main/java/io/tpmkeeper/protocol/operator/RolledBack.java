package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.Line;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Notices that the cluster's storage went back in time: a host obeyed an order that the record does not know. Nothing is given
 * or taken from then on.
 */
final class RolledBack implements Verb {
    @Override
    public Verdict consider(World world) {
        if (Reset.isUnderWay(world)) {
            return Verdict.NOTHING;
        }
        List<NodeView> ahead = world.nodes().values().stream()
                .filter(NodeView::alive)
                .filter(n -> lineAhead(world, n).isPresent())
                .toList();
        if (ahead.isEmpty()) {
            return Verdict.NOTHING;
        }
        Finding finding = new Finding(
                Finding.Reason.ROLLED_BACK,
                "The cluster's record is older than what %s obeyed: its storage was rolled back. Nothing was changed, no start elsewhere is allowed and no host is cleaned, since the newest state may be there only. Put a newer copy of the cluster's storage back; or, where there is none, choose."
                        .formatted(String.join(
                                ", ", ahead.stream().map(NodeView::node).toList())),
                offers(world, ahead));
        return new Verdict(
                world.spec().owner() == null ? whereNobodyCanBeAsked(world) : List.of(), Optional.of(finding));
    }

    /**
     * There is no VmTpmState, and none can be made, or bound to what was kept, before its namespace is gone or its deletion is withdrawn.
     * So the Secrets go with the namespace that somebody deleted, the hosts are not touched, and whoever makes a VmTpmState again is asked.
     */
    private static List<Step> whereNobodyCanBeAsked(World world) {
        if (!world.namespaceTerminating()) {
            return world.status().deletion() == null || holderIsCleaned(world)
                    ? List.of()
                    : List.of(new Step.WriteRecord(world.status().withDeletion(null)));
        }
        List<Generation> held =
                world.generations().stream().filter(Generation::kept).toList();
        return held.isEmpty()
                ? List.of()
                : Stream.concat(
                                held.stream().<Step>map(g -> new Step.KeepGeneration(g, false)),
                                Stream.of(new Step.Announce(
                                        true,
                                        "GoesWithItsNamespace",
                                        "The namespace %s is being deleted, and the generations that are saved in it go with it. What the hosts have stays: the cluster's record is older than what they obeyed, and there is no VmTpmState to ask in."
                                                .formatted(world.ownerNamespace()))))
                        .toList();
    }

    /** Or is being cleaned: then nobody has the line to whom the domain could be left. */
    private static boolean holderIsCleaned(World world) {
        Holder holder = world.status().holder();
        return holder != null
                && (world.ordersOf(holder.node()).isEmpty()
                        || world.holder()
                                .filter(n -> n.grant() != null && n.grant().purge() != null)
                                .isPresent());
    }

    private static List<Finding.Offer> offers(World world, List<NodeView> ahead) {
        List<NodeView> having = Offers.isNothingSaved(world)
                ? andAll(world, ahead)
                : Offers.andOthers(world, andWhereItRuns(world, ahead));
        List<Finding.Offer> stopped = Offers.onceStopped(world, having);
        return Offers.all(Offers.all(Offers.continueOn(world, having), Beginnings.fromSaved(world)), stopped);
    }

    /** It may run on a host that has obeyed nothing yet: one that received it, and was to be given the line. */
    private static List<NodeView> andWhereItRuns(World world, List<NodeView> ahead) {
        return Stream.concat(ahead.stream(), Whereabouts.running(world))
                .distinct()
                .toList();
    }

    /** As far as is known now nothing is saved: what any host has may be the domain. */
    private static List<NodeView> andAll(World world, List<NodeView> ahead) {
        return Stream.concat(ahead.stream(), world.nodes().values().stream().filter(n -> !ahead.contains(n)))
                .toList();
    }

    /** The line that the node obeyed and of which the record does not know. */
    static Optional<Line> lineAhead(World world, NodeView node) {
        return node.facts().lineOf(world.recordUid()).filter(l -> isAhead(world, node, l));
    }

    private static boolean isAhead(World world, NodeView node, Line line) {
        boolean known = world.ordersOf(node.node())
                .filter(o -> !node.isHost(o.hostId()) || o.knows(line.order()))
                .isPresent();
        return line.epoch() > world.status().epoch() || (!known && !wasForgotten(world, node));
    }

    /** The record gave up what it knew of the node: it was cleaned in a deletion, or given up for dead. */
    private static boolean wasForgotten(World world, NodeView node) {
        return world.status().gone().contains(node.node())
                || (world.status().deletion() != null
                        && world.ordersOf(node.node()).isEmpty());
    }
}
