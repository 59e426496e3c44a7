package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.RecordStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes a domain out of protection: intent first, then the line, then every host, then the generations, then the record. Each
 * step can be repeated, and a step that cannot be done keeps what is left and says why.
 */
final class Delete implements Verb {
    private final Purge purge = new Purge();

    @Override
    public Verdict consider(World world) {
        RecordStatus status = world.status();
        Owner owner = world.spec().owner();
        if (status.deletion() == null) {
            Verdict intent = intend(world, owner);
            return intent.acts() ? intent : purge.returned(world);
        }
        DeletionPolicy policy = policyNow(world, status.deletion());
        if (policy != status.deletion().policy()) {
            RecordStatus.Deletion was = status.deletion();
            List<Step> steps = new ArrayList<>(policy == DeletionPolicy.RETAIN ? Purge.callOff(world) : List.of());
            steps.add(new Step.WriteRecord(
                    status.withDeletion(new RecordStatus.Deletion(policy, was.uid(), was.since()))));
            steps.add(announce(world, policy));
            return Verdict.act(steps);
        }
        if (status.deletion().policy() == DeletionPolicy.RETAIN
                && owner == null
                && (isDone(status) || needsAPerson(world))) {
            return Verdict.act(new Step.WriteRecord(status.withDeletion(null)));
        }
        if (Reset.isToContinue(world)) {
            // What a person chose is what is to be kept, or deleted.
            return Verdict.NOTHING;
        }
        if (status.moving() != null) {
            return Verdict.act(new Step.WriteRecord(status.withMoving(null)));
        }
        Optional<Verdict> line = status.holder() == null ? Optional.empty() : takeLine(world, status.holder());
        // What was reported to the leader before may be older than the record: its storage can have gone back.
        return line.orElseGet(() -> world.allAnsweredSince(World.LEADER) ? purge.consider(world) : Verdict.NOTHING);
    }

    /** Nothing is held and no node has a part: only the content that is kept is left. */
    private static boolean isDone(RecordStatus status) {
        return status.holder() == null && status.nodes().isEmpty();
    }

    private static Verdict intend(World world, @org.jspecify.annotations.Nullable Owner owner) {
        RecordStatus status = world.status();
        boolean deleted = owner != null && owner.uid().equals(world.ownerDeleted());
        boolean leftBehind = owner == null
                && (world.namespaceTerminating()
                        || (status.holder() != null
                                && world.holder().map(Delete::hasStopped).orElse(false)
                                && !needsAPerson(world)));
        if (!deleted && !leftBehind) {
            return Verdict.NOTHING;
        }
        DeletionPolicy policy = world.namespaceTerminating()
                ? DeletionPolicy.DELETE
                : deleted ? world.policy().deletion() : DeletionPolicy.RETAIN;
        String uid = owner == null ? "" : owner.uid();
        return Verdict.act(
                new Step.WriteRecord(status.withDeletion(new RecordStatus.Deletion(policy, uid, world.nowText()))
                        .withConsent(null)),
                announce(world, policy));
    }

    /** As far as it is known; a host that was fenced has. */
    private static boolean hasStopped(NodeView holder) {
        return (!holder.facts().runOpen() && !holder.facts().active()) || (holder.fenced() && !holder.alive());
    }

    /** People may change their mind as long as there is something to keep; Retain does not outlive its namespace. */
    private static DeletionPolicy policyNow(World world, RecordStatus.Deletion deletion) {
        Owner owner = world.spec().owner();
        if (world.namespaceTerminating()) {
            return DeletionPolicy.DELETE;
        }
        return owner != null && owner.uid().equals(world.ownerDeleted())
                ? world.policy().deletion()
                : deletion.policy();
    }

    private static Step announce(World world, DeletionPolicy policy) {
        return new Step.Announce(
                false,
                "Deleting",
                policy == DeletionPolicy.RETAIN
                        ? "The hosts are cleaned; the saved generations stay in the namespace and are adopted by a VmTpmState made again."
                        : "The hosts are cleaned, then the saved generations are deleted%s."
                                .formatted(world.namespaceTerminating() ? ", since the namespace goes" : ""));
    }

    /** Empty: no living host has the line any more, and nothing that must be saved is unsaved. */
    private static Optional<Verdict> takeLine(World world, Holder holder) {
        NodeView node = world.nodes().get(holder.node());
        NodeOrders orders = world.ordersOf(holder.node()).orElse(null);
        if (node == null || (node.fenced() && !node.alive()) || orders == null || orders.order() == null) {
            return Optional.empty();
        }
        if (!node.alive() || !node.isHost(holder.hostId())) {
            return node.alive()
                    ? Optional.empty()
                    : Optional.of(Verdict.found(
                            Finding.Reason.CLEANUP_FAILED,
                            "%s holds the domain and does not report, so it cannot be told to give it up. Bring it back, or fence it (taint node.kubernetes.io/out-of-service) or delete its Node."
                                    .formatted(holder.node())));
        }
        if (node.grant() != null && node.grant().purge() != null) {
            // Saved, and being cleaned: there may be no line any more.
            return Optional.empty();
        }
        Order order = orders.order();
        boolean refused = node.facts().refused(order);
        if (order.kind() == OrderKind.HELD) {
            return orders.unanswered()
                    ? (refused ? Optional.empty() : Optional.of(Verdict.NOTHING))
                    : Optional.of(whileHeld(world, node, holder));
        }
        if (orders.unanswered()) {
            return Optional.of(
                    refused
                            ? Verdict.act(new Step.WriteRecord(
                                    world.status().withNode(holder.node(), holder.hostId(), NodeOrders::takenBack)))
                            : Verdict.NOTHING);
        }
        return world.status().deletionIntent().policy() == DeletionPolicy.DELETE ? Optional.empty() : keepTip(world);
    }

    private static Verdict whileHeld(World world, NodeView node, Holder holder) {
        if (!node.facts().runOpen() && !node.facts().active()) {
            if (world.status().deletionIntent().policy() == DeletionPolicy.RETAIN && mayBeElsewhere(world)) {
                return elsewhere(holder.node());
            }
            return Verdict.act(new Step.WriteRecord(Giving.takeBack(world, world.status(), holder)));
        }
        if (world.status().deletionIntent().policy() == DeletionPolicy.DELETE) {
            return Verdict.found(
                    Finding.Reason.DELETION_WAITS_FOR_STOP,
                    "The domain runs on %s. It is deleted when it stops; stop it there (virsh shutdown), or set deletionPolicy to Retain: then it goes on, saved, until it stops."
                            .formatted(holder.node()));
        }
        return world.spec().owner() == null
                ? Verdict.act(new Step.WriteRecord(world.status().withDeletion(null)))
                : Verdict.act(
                        new Step.WriteOwner(retained(world)),
                        new Step.Announce(
                                false,
                                "ProtectedUntilStop",
                                "The domain runs on %s and stays protected until it stops and its end is saved."
                                        .formatted(holder.node())));
    }

    /**
     * What is to be kept cannot be, and there is no VmTpmState any more in which somebody could be asked: nothing is cleaned
     * until one is made again.
     */
    private static boolean needsAPerson(World world) {
        boolean cleaning = world.holder()
                .filter(n -> n.grant() != null && n.grant().purge() != null)
                .isPresent();
        return !cleaning
                && (mayBeElsewhere(world)
                        || HolderLine.of(world)
                                .filter(h -> h.line().state() == LineState.LOST
                                        || (!h.tipIsSaved(world)
                                                && UnsavedTip.of(world, h)
                                                        .finding()
                                                        .isPresent()))
                                .isPresent()
                        || MayMove.noLine(world).isPresent());
    }

    /** Then the holder's tip is not the newest state, and a purge would take that. */
    private static boolean mayBeElsewhere(World world) {
        return HolderLine.of(world)
                .filter(l -> l.left(Ending.MIGRATED)
                        || (l.left(Ending.UNKNOWN)
                                && !Whereabouts.mayHaveEndedOn(world).isEmpty()))
                .isPresent();
    }

    private static Verdict elsewhere(String holder) {
        return Verdict.found(
                Finding.Reason.CLEANUP_FAILED,
                "deletionPolicy is Retain, and the newest state cannot be kept: the domain went, or may have gone, from %s to another node by a migration, and what it left there is not saved. Nothing was cleaned. To give it up, set deletionPolicy to Delete."
                        .formatted(holder));
    }

    private static Optional<Verdict> keepTip(World world) {
        Optional<HolderLine> from = HolderLine.of(world);
        if (from.isEmpty()) {
            return Optional.of(MayMove.noLine(world)
                    .map(f -> Verdict.found(Finding.Reason.CLEANUP_FAILED, f.message()))
                    .orElse(Verdict.NOTHING));
        }
        if (mayBeElsewhere(world)) {
            // It was taken back while all of it was to be deleted.
            return Optional.of(elsewhere(from.get().node().node()));
        }
        boolean lost = from.get().line().state() == LineState.LOST;
        if (!lost && from.get().tipIsSaved(world)) {
            return Optional.empty();
        }
        Verdict unsaved = lost
                ? new Verdict(
                        List.of(),
                        Optional.of(UnsavedTip.lost(world, from.get().node().node())))
                : UnsavedTip.of(world, from.get());
        return Optional.of(unsaved.finding()
                .map(f -> Verdict.found(
                        Finding.Reason.CLEANUP_FAILED,
                        "deletionPolicy is Retain, and the newest state cannot be kept. %s To give it up, set deletionPolicy to Delete."
                                .formatted(f.message())))
                .orElse(unsaved));
    }

    static RecordSpec retained(World world) {
        return new RecordSpec(
                null, new RecordSpec.Retained(world.ownerNamespace(), world.ownerName(), world.className()));
    }
}
