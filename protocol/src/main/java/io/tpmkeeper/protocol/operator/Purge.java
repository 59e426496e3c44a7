package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.RecordStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The second half of a deletion: no host holds the line; every host is emptied by exact entries, then the cluster. */
final class Purge implements Verb {
    @Override
    public Verdict consider(World world) {
        List<String> failed = new ArrayList<>();
        boolean clean = true;
        for (NodeView node : parts(world)) {
            Verdict verdict = one(world, node);
            if (verdict.acts()) {
                return verdict;
            }
            clean = false;
            verdict.finding().ifPresent(f -> failed.add(f.message()));
        }
        if (!failed.isEmpty()) {
            return Verdict.found(Finding.Reason.CLEANUP_FAILED, String.join(" ", failed));
        }
        return clean ? clearCluster(world) : Verdict.NOTHING;
    }

    /** Cleans the hosts that were given up for dead in an earlier deletion and speak again. */
    Verdict returned(World world) {
        List<NodeView> back = world.status().gone().stream()
                .map(world.nodes()::get)
                .filter(n -> n != null && n.alive())
                .toList();
        for (NodeView node : back) {
            boolean clean = node.grant() == null && !isTouched(world, node);
            Verdict verdict = clean ? forgive(world, node) : one(world, node);
            if (verdict.acts() || verdict.finding().isPresent()) {
                return verdict;
            }
        }
        return Verdict.NOTHING;
    }

    /**
     * Its agent renews its Lease before it has reported anything, and what is known of the node until then is older than its
     * death: that there is nothing of the domain counts only if it was asked for since.
     */
    private static Verdict forgive(World world, NodeView node) {
        String subject = "returned/" + world.status().epoch() + "/" + node.node();
        if (world.answeredSince(node, subject)) {
            return Verdict.act(new Step.WriteRecord(without(world, node)));
        }
        return world.questions().containsKey(subject) ? Verdict.NOTHING : Verdict.act(new Step.Ask(subject));
    }

    private static List<NodeView> parts(World world) {
        return world.nodes().values().stream()
                .filter(n ->
                        n.grant() != null || world.ordersOf(n.node()).isPresent() || (n.alive() && isTouched(world, n)))
                .toList();
    }

    /**
     * Whether there is something on the host that is to go. What the hook captured there without any line of this record is
     * nobody's copy but its own: with Retain it stays.
     */
    static boolean isTouched(World world, NodeView node) {
        Facts facts = node.facts();
        RecordStatus.Deletion deletion = world.status().deletion();
        if (deletion != null && deletion.policy() == DeletionPolicy.DELETE) {
            return facts.hasResidue();
        }
        return facts.lineOf(world.recordUid()).isPresent()
                || !facts.deliveries().isEmpty()
                || (facts.run() != null && world.recordUid().equals(facts.run().record()))
                || facts.entries().stream().anyMatch(e -> world.recordUid().equals(e.record()));
    }

    private static Verdict one(World world, NodeView node) {
        if (!node.alive()) {
            return node.fenced()
                    ? leave(world, node, world.status().withoutNode(node.node()).withGone(node.node()))
                    : Verdict.found(
                            Finding.Reason.CLEANUP_FAILED,
                            "%s does not report and cannot be cleaned; bring it back, fence it, or delete its Node."
                                    .formatted(node.node()));
        }
        NodeOrders orders = world.ordersOf(node.node()).orElse(null);
        if (orders != null && node.hostId() != null && !node.hostId().equals(orders.hostId())) {
            // The host directory that was ordered about is gone, and with it all that was there.
            return Verdict.act(new Step.WriteRecord(world.status().withoutNode(node.node())));
        }
        GrantSpec grant = node.grant();
        boolean touched = isTouched(world, node);
        if (grant == null) {
            return touched ? Verdict.NOTHING : Verdict.act(new Step.WriteRecord(without(world, node)));
        }
        if (node.hostId() != null && !node.hostId().equals(node.facts().hostId())) {
            // The grant's facts are of another host directory than the inventory: the agent writes them anew.
            return Verdict.NOTHING;
        }
        boolean isTold = orders != null
                && orders.open().filter(o -> !node.facts().refused(o)).isPresent();
        if (isDone(node, grant) && (touched || isTold)) {
            // What was emptied has come to life again, by a choice or by storage that went back: it is emptied anew.
            return Verdict.act(new Step.WriteGrant(grant.withPurge(null)));
        }
        if (!touched && neverObeyed(orders, node)) {
            return leave(world, node, without(world, node));
        }
        if (isTold) {
            return Verdict.NOTHING;
        }
        if (node.facts().lineOf(world.recordUid()).filter(Line::isHeld).isPresent()
                || hasAnothersLine(world, node, orders)) {
            return takeLine(world, node, orders);
        }
        return grant.purge() == null
                ? Verdict.act(new Step.WriteGrant(grant.withPurge(exact(world, node))))
                : ordered(world, node, grant, grant.purge());
    }

    /** Of a record that was deleted, or lost: in its own name nobody purges it any more. */
    private static boolean hasAnothersLine(World world, NodeView node, @Nullable NodeOrders orders) {
        RecordStatus.Deletion deletion = world.status().deletion();
        Line line = node.facts().line();
        boolean refused =
                orders != null && orders.open().filter(node.facts()::refused).isPresent();
        return deletion != null
                && deletion.policy() == DeletionPolicy.DELETE
                && line != null
                && !line.record().equals(world.recordUid())
                && !refused;
    }

    /** A host that was given up for dead holds its line still when it comes back. What it holds is not purged. */
    private static Verdict takeLine(World world, NodeView node, @Nullable NodeOrders orders) {
        Facts.Nack nack = node.facts().nacked();
        boolean refused =
                orders != null && orders.open().filter(node.facts()::refused).isPresent();
        if (nack != null && refused && (node.facts().runOpen() || node.facts().active())) {
            return Verdict.found(
                    Finding.Reason.CLEANUP_FAILED, "%s was not cleaned: %s".formatted(node.node(), nack.message()));
        }
        String hostId = node.facts().hostId();
        Order tombstone = Order.tombstone(
                world.nonce() + "-" + node.node(), world.status().epoch());
        return Verdict.act(
                new Step.WriteRecord(world.status().withNode(node.node(), hostId, o -> o.ordered(hostId, tombstone))));
    }

    private static boolean neverObeyed(@Nullable NodeOrders orders, NodeView node) {
        return orders == null
                || (orders.acked() == null
                        && orders.open().map(node.facts()::refused).orElse(true));
    }

    private static boolean isDone(NodeView node, GrantSpec grant) {
        return grant.purge() != null && grant.purge().id().equals(node.facts().purged());
    }

    private static Verdict ordered(World world, NodeView node, GrantSpec grant, GrantSpec.Purge purge) {
        if (isDone(node, grant)) {
            return leave(world, node, without(world, node));
        }
        if (node.facts().purgeRefused() == null) {
            return Verdict.NOTHING;
        }
        GrantSpec.Purge wanted = exact(world, node);
        boolean listChanged = !purge.entries().equals(wanted.entries()) || purge.run() != wanted.run();
        return listChanged
                ? Verdict.act(new Step.WriteGrant(grant.withPurge(wanted)))
                : Verdict.found(
                        Finding.Reason.CLEANUP_FAILED,
                        "%s was not cleaned: %s"
                                .formatted(node.node(), node.facts().purgeRefused()));
    }

    /**
     * What no host has reported as done is asked of none any more: with Delete a host is emptied whether or not its newest state
     * is saved.
     */
    static List<Step> callOff(World world) {
        return callOff(world, false);
    }

    /** Also what was done: it counts no more for what comes after. */
    static List<Step> callOffAll(World world) {
        return callOff(world, true);
    }

    private static List<Step> callOff(World world, boolean done) {
        return world.nodes().values().stream()
                .<Step>mapMulti((node, out) -> {
                    GrantSpec grant = node.grant();
                    if (grant != null && grant.purge() != null && (done || !isDone(node, grant))) {
                        out.accept(new Step.WriteGrant(grant.withPurge(null)));
                    }
                })
                .toList();
    }

    private static RecordStatus without(World world, NodeView node) {
        return world.status().withoutNode(node.node()).withReturned(node.node());
    }

    /** The record first: a grant that is left over asks for nothing any more and goes in the next pass. */
    private static Verdict leave(World world, NodeView node, RecordStatus next) {
        Step remove = new Step.RemoveGrant(node.node());
        return next.equals(world.status()) ? Verdict.act(remove) : Verdict.act(new Step.WriteRecord(next), remove);
    }

    /** What the node reported, and nothing else: what it captured meanwhile refuses the purge. */
    private static GrantSpec.Purge exact(World world, NodeView node) {
        var run = node.facts().run();
        return new GrantSpec.Purge(
                world.nonce() + "-purge-" + node.node(),
                run == null ? 0 : run.n(),
                node.facts().entries().stream().map(Entry::seq).sorted().toList());
    }

    private static Verdict clearCluster(World world) {
        Stream<Step> sent = Stream.concat(
                world.uploads().stream().map(u -> new Step.DeleteUpload(u.name())),
                world.deliveries().stream().map(d -> new Step.DeleteDelivery(d.name())));
        if (world.status().deletionIntent().policy() == DeletionPolicy.RETAIN) {
            return retain(world, sent);
        }
        List<Step> rest = Stream.concat(sent, world.generations().stream().<Step>mapMulti((g, out) -> {
                    if (g.kept()) {
                        out.accept(new Step.KeepGeneration(g, false));
                    }
                    if (!g.deleting()) {
                        out.accept(new Step.DeleteGeneration(g.marked(false, false)));
                    }
                }))
                .toList();
        return rest.isEmpty() ? Verdict.act(new Step.DeleteRecord()) : Verdict.act(rest);
    }

    private static Verdict retain(World world, Stream<Step> sent) {
        List<String> unsaved = world.uploads().stream()
                .filter(u -> u.verdict() instanceof Upload.Verdict.Verified)
                .map(Upload::name)
                .toList();
        if (!unsaved.isEmpty()) {
            // Promote comes first, so the API server takes no generation now; the host that sent this may be gone.
            return Verdict.found(
                    Finding.Reason.CLEANUP_FAILED,
                    "deletionPolicy is Retain, and what was sent (%s) cannot be kept: the API server takes no generation of it. Raise the quota, or mend what refuses it. To give it up, set deletionPolicy to Delete."
                            .formatted(String.join(", ", unsaved)));
        }
        List<Step> steps = sent.toList();
        if (!steps.isEmpty()) {
            return Verdict.act(steps);
        }
        RecordStatus status = world.status();
        if (status.holder() != null) {
            return Verdict.act(new Step.WriteRecord(status.withHolder(null, status.epoch())));
        }
        return world.spec().owner() == null
                ? Verdict.act(new Step.WriteRecord(status.withDeletion(null)))
                : Verdict.act(new Step.WriteOwner(Delete.retained(world)));
    }
}
