package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Request;
import java.util.Optional;

/**
 * Passes the line from a holder that lives to the node that asks: the Tombstone is acknowledged first, then the newest state is
 * safe in the cluster, and only then the line is given.
 */
final class Move implements Verb {
    private final MayMove mayMove = new MayMove();

    @Override
    public Verdict consider(World world) {
        Holder holder = world.status().holder();
        if (holder == null || world.status().deletion() != null) {
            return Verdict.NOTHING;
        }
        return world.status().moving() != null ? goOn(world, holder) : begin(world, holder);
    }

    private Verdict begin(World world, Holder holder) {
        NodeView to = world.asking().stream()
                .filter(n ->
                        n.asks().filter(r -> r.reason() == Request.Reason.LINE).isPresent())
                .findFirst()
                .orElse(null);
        if (to == null || wasGivenAlready(world, to)) {
            return Verdict.NOTHING;
        }
        return switch (mayMove.judge(world, holder, to)) {
            case MayMove.Judgement.Yes ignored -> take(world, holder, to);
            case MayMove.Judgement.No no -> Answering.answer(world, to, no.why());
            case MayMove.Judgement.Stopped stopped -> answered(world, to, stopped);
            case MayMove.Judgement.Wait ignored -> Verdict.NOTHING;
            case MayMove.Judgement.AskFirst ask -> Verdict.act(new Step.Ask(ask.subject()));
            case MayMove.Judgement.NeverTaken taken -> giveAgain(world, to, taken.order());
        };
    }

    private static Verdict take(World world, Holder holder, NodeView to) {
        String request = to.asks().orElseThrow().id();
        RecordStatus served = world.status()
                .withMoving(new RecordStatus.Moving(to.node(), request))
                .withNode(to.node(), to.facts().hostId(), o -> o.answered(request));
        return Verdict.act(
                new Step.WriteRecord(Giving.takeBack(world, served, holder)),
                new Step.Announce(
                        false,
                        "Moving",
                        "%s asks for the domain; %s was told to give it up.".formatted(to.node(), holder.node())));
    }

    /** The start that asks was waiting already when this node was given the line; its agent has not obeyed yet. */
    private static boolean wasGivenAlready(World world, NodeView asker) {
        return world.status().heldBy(asker.node())
                && world.ordersOf(asker.node())
                        .flatMap(NodeOrders::open)
                        .filter(o ->
                                o.kind() == OrderKind.HELD && !asker.facts().refused(o))
                        .isPresent();
    }

    private static Verdict answered(World world, NodeView to, MayMove.Judgement.Stopped stopped) {
        Verdict answer = Answering.answer(world, to, stopped.finding().message());
        return new Verdict(answer.steps(), Optional.of(stopped.finding()));
    }

    /** The holder refused the order that gave it the line, so nobody has it. */
    private static Verdict giveAgain(World world, NodeView to, Content content) {
        RecordStatus next = content.equals(Content.LIVE)
                ? world.status().withHolder(null, world.status().epoch())
                : Giving.content(world, to, content);
        return Verdict.act(new Step.WriteRecord(next));
    }

    private static Verdict goOn(World world, Holder holder) {
        NodeOrders orders = world.ordersOf(holder.node()).orElse(null);
        if (orders == null || orders.order() == null || orders.order().kind() != OrderKind.TOMBSTONE) {
            return Verdict.act(new Step.WriteRecord(world.status().withMoving(null)));
        }
        Optional<Order> unanswered = orders.open();
        return unanswered.isPresent()
                ? untilAnswered(world, holder, unanswered.get())
                : HolderLine.of(world).map(h -> finish(world, h)).orElse(Verdict.NOTHING);
    }

    private static Verdict untilAnswered(World world, Holder holder, Order tombstone) {
        NodeView from = world.holder().orElse(null);
        if (from == null || !from.alive() || !from.isHost(holder.hostId())) {
            return MayMove.hostLoss(world, holder);
        }
        Facts.Nack nack = from.facts().nacked();
        if (nack == null || !from.facts().refused(tombstone)) {
            return Verdict.NOTHING;
        }
        RecordStatus kept =
                world.status().withMoving(null).withNode(holder.node(), holder.hostId(), NodeOrders::takenBack);
        return Verdict.act(
                new Step.WriteRecord(kept),
                new Step.Announce(
                        true, "MoveRefused", "%s keeps the domain: %s".formatted(holder.node(), nack.message())));
    }

    private static Verdict finish(World world, HolderLine from) {
        Line line = from.line();
        if (line.state() == LineState.LOST) {
            return new Verdict(
                    java.util.List.of(new Step.WriteRecord(world.status().withMoving(null))),
                    Optional.of(MayMove.lostTail(from.node().node())));
        }
        if (!from.tipIsSaved(world)) {
            return MayMove.unsaved(world, from);
        }
        NodeView to = receiver(world, world.status().move());
        if (to == null || !to.alive() || to.hostId() == null || !world.allAnsweredSince(World.LEADER)) {
            return Verdict.NOTHING;
        }
        Current current = world.status().current();
        return Verdict.act(
                new Step.WriteRecord(Giving.content(world, to, Content.of(current == null ? null : current.digest()))),
                new Step.Announce(
                        false,
                        "Moved",
                        "%s gave the domain up; %s holds it now and starts from %s."
                                .formatted(
                                        from.node().node(),
                                        to.node(),
                                        current == null ? "nothing" : "generation " + current.generation())));
    }

    /** The node for which the line was taken back; if it has died meanwhile, whoever asks now. */
    private static @org.jspecify.annotations.Nullable NodeView receiver(World world, RecordStatus.Moving moving) {
        NodeView meant = world.nodes().get(moving.to());
        if (meant != null && meant.alive()) {
            return meant;
        }
        return world.asking().stream().filter(NodeView::allowed).findFirst().orElse(meant);
    }
}
