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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
        if (refusedToAdopt(world, holder)) {
            return Verdict.act(new Step.WriteRecord(world.status()
                    .withHolder(null, world.status().epoch())
                    .withNode(holder.node(), holder.hostId(), NodeOrders::takenBack)));
        }
        Optional<Finding> first = Optional.empty();
        for (NodeView to : world.asking()) {
            Verdict verdict = wasGivenAlready(world, to) ? Verdict.NOTHING : serve(world, holder, to);
            if (verdict.acts()) {
                return verdict;
            }
            first = first.or(verdict::finding);
        }
        Verdict standing = StandingRefusals.consider(world, holder, mayMove);
        return standing.acts()
                ? standing
                : new Verdict(List.of(), first.or(standing::finding).or(() -> lost(world)));
    }

    /** Said without anybody asking: the holder itself cannot start the domain either. */
    private static Optional<Finding> lost(World world) {
        return HolderLine.of(world)
                .filter(h -> h.line().state() == LineState.LOST)
                .map(h -> UnsavedTip.lost(world, h.node().node()));
    }

    /** Given the line for what it had, or had run, it had something else by then: it is looked at again. */
    private static boolean refusedToAdopt(World world, Holder holder) {
        return world.holder()
                .filter(n -> n.isHost(holder.hostId()))
                .flatMap(n -> MayMove.neverTaken(world, n))
                .filter(o -> Content.LIVE.equals(o.tip()) || o.run() != null)
                .isPresent();
    }

    private Verdict serve(World world, Holder holder, NodeView to) {
        return switch (mayMove.judge(world, holder, to)) {
            case MayMove.Judgement.Yes ignored -> take(world, holder, to);
            case MayMove.Judgement.No no -> Answering.answer(to, no.why());
            case MayMove.Judgement.Stopped stopped -> answered(to, stopped);
            case MayMove.Judgement.Wait ignored -> Verdict.NOTHING;
            case MayMove.Judgement.AskFirst ask -> Verdict.act(new Step.Ask(ask.subject()));
            // The holder refused the order that gave it the line, so nobody has it.
            case MayMove.Judgement.NeverTaken taken ->
                Verdict.act(new Step.WriteRecord(Giving.content(world, to, taken.order())));
            case MayMove.Judgement.PassOver past -> passOver(world, holder, to, past.from());
        };
    }

    private static Verdict passOver(World world, Holder holder, NodeView to, Content from) {
        Current current = world.status().current();
        return Verdict.act(
                new Step.WriteRecord(Giving.content(world, to, from)),
                new Step.Announce(
                        true,
                        "TakenOver",
                        "%s does not answer and counts as dead: %s holds the domain now and starts from %s. What %s had not saved is lost."
                                .formatted(
                                        holder.node(),
                                        to.node(),
                                        current == null ? "a blank TPM" : "generation " + current.generation(),
                                        holder.node())));
    }

    /** The line is on its way, and the host that is to give it up, or gave it up, is not there any more. */
    private static Verdict pastTheHolder(World world, Holder holder) {
        RecordStatus.Moving moving = world.status().move();
        NodeView to = receiver(world, moving);
        if (to == null || !to.alive() || to.hostId() == null) {
            return Verdict.found(MayMove.hostLoss(world, holder));
        }
        return switch (TakeOver.judge(world, holder, to, moving.request())) {
            case MayMove.Judgement.PassOver past -> passOver(world, holder, to, past.from());
            case MayMove.Judgement.AskFirst ask -> Verdict.act(new Step.Ask(ask.subject()));
            case MayMove.Judgement.Stopped stopped -> Verdict.found(stopped.finding());
            case MayMove.Judgement.No no -> Answering.answer(to, no.why());
            case MayMove.Judgement.Yes ignored -> Verdict.NOTHING;
            case MayMove.Judgement.Wait ignored -> Verdict.NOTHING;
            case MayMove.Judgement.NeverTaken ignored -> Verdict.NOTHING;
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
                && HolderLine.isTheHost(world, asker)
                && world.ordersOf(asker.node())
                        .flatMap(NodeOrders::open)
                        .filter(o ->
                                o.kind() == OrderKind.HELD && !asker.facts().refused(o))
                        .isPresent();
    }

    private static Verdict answered(NodeView to, MayMove.Judgement.Stopped stopped) {
        Verdict answer = Answering.answer(to, stopped.finding());
        return new Verdict(answer.steps(), Optional.of(stopped.finding()));
    }

    private static Verdict goOn(World world, Holder holder) {
        NodeOrders orders = world.ordersOf(holder.node()).orElse(null);
        if (orders == null || orders.order() == null || orders.order().kind() != OrderKind.TOMBSTONE) {
            return Verdict.act(new Step.WriteRecord(world.status().withMoving(null)));
        }
        Optional<Order> unanswered = orders.open();
        return unanswered.isPresent()
                ? untilAnswered(world, holder, unanswered.get())
                : HolderLine.of(world).map(h -> finish(world, h)).orElseGet(() -> lostMeanwhile(world, holder));
    }

    /** It gave the line up, and what it acknowledged that with is gone: its directory, or its file. */
    private static Verdict lostMeanwhile(World world, Holder holder) {
        boolean sameHost = world.holder().filter(n -> n.isHost(holder.hostId())).isPresent();
        return sameHost ? new Verdict(List.of(), MayMove.noLine(world)) : pastTheHolder(world, holder);
    }

    private static Verdict untilAnswered(World world, Holder holder, Order tombstone) {
        NodeView from = world.holder().orElse(null);
        if (from == null || !from.alive() || !from.isHost(holder.hostId())) {
            return pastTheHolder(world, holder);
        }
        Facts.Nack nack = from.facts().nacked();
        if (nack == null || !from.facts().refused(tombstone)) {
            return Verdict.NOTHING;
        }
        RecordStatus kept =
                world.status().withMoving(null).withNode(holder.node(), holder.hostId(), NodeOrders::takenBack);
        List<Step> steps = new ArrayList<>(List.of(
                new Step.WriteRecord(kept),
                new Step.Announce(
                        true, "MoveRefused", "%s keeps the domain: %s".formatted(holder.node(), nack.message()))));
        NodeView asker = world.nodes().get(world.status().move().to());
        if (asker != null) {
            steps.addAll(Answering.answer(asker, "%s keeps the domain: %s".formatted(holder.node(), nack.message()))
                    .steps());
        }
        return Verdict.act(steps);
    }

    private static Verdict finish(World world, HolderLine from) {
        Line line = from.line();
        if (line.state() == LineState.LOST) {
            return new Verdict(
                    List.of(new Step.WriteRecord(callOff(world.status()))),
                    Optional.of(UnsavedTip.lost(world, from.node().node())));
        }
        NodeView to = receiver(world, world.status().move());
        if (!from.tipIsSaved(world)) {
            return UnsavedTip.isRefused(world, from) ? giveBack(world, from) : telling(to, UnsavedTip.of(world, from));
        }
        if (to == null || !to.alive() || to.hostId() == null || !world.allAnsweredSince(World.LEADER)) {
            return Verdict.NOTHING;
        }
        Current current = world.status().current();
        return Verdict.act(
                new Step.WriteRecord(Giving.content(world, to, Content.of(current == null ? null : current.digest()))),
                new Step.Announce(
                        false,
                        "Moved",
                        "%s holds the domain now and starts from %s."
                                .formatted(
                                        to.node(),
                                        current == null ? "a blank TPM" : "generation " + current.generation())));
    }

    /** The start for which the line was taken back waits still, and is told what a person is asked. */
    private static RecordStatus callOff(RecordStatus status) {
        RecordStatus.Moving moving = status.move();
        RecordStatus off = status.withMoving(null);
        return off.ordersOf(moving.to())
                .map(o -> off.withNode(o.node(), o.hostId(), orders -> orders.waitsAgain(moving.request())))
                .orElse(off);
    }

    /** The start for which the line was taken back waits for what will not come by itself. */
    private static Verdict telling(@Nullable NodeView to, Verdict unsaved) {
        return to == null
                ? unsaved
                : unsaved.finding()
                        .map(f -> answered(to, new MayMove.Judgement.Stopped(f)))
                        .orElse(unsaved);
    }

    /** The newest state cannot be saved, so the domain goes on where that state is. */
    private static Verdict giveBack(World world, HolderLine from) {
        Optional<Finding> why = UnsavedTip.of(world, from).finding();
        boolean hasIt =
                from.facts().digests().anyMatch(d -> d.equals(from.line().tip()));
        return from.node().alive() && hasIt && world.allAnsweredSince(World.LEADER)
                ? new Verdict(
                        List.of(new Step.WriteRecord(Giving.content(
                                world, from.node(), Content.of(from.line().tip())))),
                        why)
                : new Verdict(List.of(), why);
    }

    /** The node for which the line was taken back; if it has died meanwhile, whoever asks now. */
    private static @Nullable NodeView receiver(World world, RecordStatus.Moving moving) {
        NodeView meant = world.nodes().get(moving.to());
        if (meant != null && meant.alive()) {
            return meant;
        }
        return world.asking().stream().filter(NodeView::allowed).findFirst().orElse(meant);
    }
}
