package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Saved;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the grants say what the record says. A crash between the write of the record and of a grant is mended here. */
final class Project implements Verb {
    @Override
    public Verdict consider(World world) {
        List<Step> steps = new ArrayList<>();
        for (NodeView node : world.nodes().values()) {
            GrantSpec wanted = wanted(world, node);
            if (wanted != null && !wanted.equals(node.grant())) {
                steps.add(new Step.WriteGrant(wanted));
            }
        }
        return Verdict.act(steps);
    }

    /** What the node's grant is to say; null: it needs none. */
    static @Nullable GrantSpec wanted(World world, NodeView node) {
        NodeOrders orders = world.ordersOf(node.node()).orElse(null);
        Order order = orders == null ? null : orders.order();
        GrantSpec has = node.grant();
        String hostId = orders == null ? node.hostId() : orders.hostId();
        if (hostId == null || (has == null && !needsOne(world, node, order))) {
            return null;
        }
        return new GrantSpec(
                node.node(),
                world.domainUuid(),
                world.recordUid(),
                hostId,
                order,
                saved(world),
                has == null || !has.recordUid().equals(world.recordUid())
                        ? List.of()
                        : stillThere(world, has.settled(), node),
                wantedAgain(world, node),
                has == null ? null : stillCleaned(world, has.purge(), node),
                capture(world, node),
                has == null ? null : stillAsked(has.answer(), node),
                has == null ? List.of() : VoidRun.stillMeant(has, node));
    }

    /** Only the holder captures a running domain; one that is being taken out of protection is saved when it stops. */
    private static GrantSpec.@Nullable Capture capture(World world, NodeView node) {
        if (!world.status().heldBy(node.node()) || world.status().deletion() != null) {
            return null;
        }
        Long interval = world.policy().liveInterval();
        String request = world.status().moving() == null ? world.captureRequest() : null;
        return interval == null && request == null ? null : new GrantSpec.Capture(interval, request);
    }

    /** A host deletes what it reads here: so only what is in the cluster now, whatever the record says. */
    private static @Nullable Saved saved(World world) {
        Current current = world.status().current();
        return current == null || world.generationOf(current.digest()).isEmpty() ? null : current.saved();
    }

    private static boolean needsOne(World world, NodeView node, @Nullable Order order) {
        boolean returned = world.status().gone().contains(node.node());
        if (world.status().deletion() != null || returned) {
            return order != null || (node.alive() && Purge.isTouched(world, node));
        }
        if (world.spec().owner() == null && world.status().holder() == null) {
            return order != null;
        }
        return order != null
                || node.facts().defined()
                || node.facts().hasState()
                || node.facts().hasResidue()
                || node.asks().isPresent();
    }

    /**
     * A settled digest is remembered, by the record that settled it, as long as the node still has the entry and could send it again, and as long as the upload
     * is there that was settled: facts may be older than it.
     */
    private static List<Digest> stillThere(World world, List<Digest> settled, NodeView node) {
        Set<Digest> there = Stream.concat(
                        node.facts().entries().stream().map(Entry::digest).filter(Objects::nonNull),
                        world.uploads().stream()
                                .filter(u -> u.node().equals(node.node()))
                                .map(Upload::digest))
                .collect(Collectors.toSet());
        return settled.stream()
                .filter(there::contains)
                .filter(d -> !isUnsavedTip(world, node, d))
                .toList();
    }

    /**
     * It was settled as something that cannot become current, and has become what the line's last run left: it is to be sent
     * again, as that.
     */
    private static boolean isUnsavedTip(World world, NodeView node, Digest digest) {
        Current current = world.status().current();
        RecordStatus.Refused refused = world.status().refused();
        boolean onItsWay = world.uploads().stream()
                .anyMatch(u -> u.node().equals(node.node()) && u.digest().equals(digest));
        return !onItsWay
                && (current == null || !current.digest().equals(digest))
                && (refused == null || !refused.digest().equals(digest))
                && HolderLine.of(world)
                        .filter(h ->
                                h.node().equals(node) && digest.equals(h.line().tip()))
                        .stream()
                        .flatMap(h -> h.facts().entries().stream())
                        .anyMatch(e -> e.online()
                                && e.complete()
                                && digest.equals(e.digest())
                                && world.recordUid().equals(e.record())
                                && e.epoch() == world.status().epoch()
                                && (current == null || e.version().compareTo(current.version()) > 0));
    }

    /** It ends with what it is a part of: where the node has the line since, a Tombstone of a Move is not to set it going. */
    private static GrantSpec.@Nullable Purge stillCleaned(World world, GrantSpec.@Nullable Purge purge, NodeView node) {
        boolean cleaned =
                world.status().deletion() != null || world.status().gone().contains(node.node());
        return cleaned ? purge : null;
    }

    private static GrantSpec.@Nullable Answer stillAsked(GrantSpec.@Nullable Answer answer, NodeView node) {
        boolean asked = answer != null
                && node.facts().request() != null
                && node.facts().request().id().equals(answer.request());
        return asked || node.refusedFor().isPresent() ? answer : null;
    }

    /**
     * The current state has gone from the cluster, and this node still has it; or a person chose to continue from what it has, which
     * it must not sweep under the Tombstone that comes first; nor where the record has gone back and knows nothing of that any more.
     */
    private static @Nullable Digest wantedAgain(World world, NodeView node) {
        if (Reset.isToContinueOn(world, node.node())) {
            return node.facts().lineOf(world.recordUid()).map(Line::tip).orElse(null);
        }
        Optional<Digest> unsaved = RolledBack.lineAhead(world, node)
                .filter(l -> l.state() == LineState.TOMBSTONE)
                .map(Line::tip)
                .filter(tip -> world.generationOf(tip).isEmpty())
                .filter(tip -> node.facts().entries().stream().anyMatch(e -> tip.equals(e.digest())));
        if (unsaved.isPresent()) {
            return unsaved.get();
        }
        Current current = world.status().current();
        if (current == null || world.generationOf(current.digest()).isPresent()) {
            return null;
        }
        Digest gone = current.digest();
        return node.facts().digests().anyMatch(gone::equals) ? gone : null;
    }
}
