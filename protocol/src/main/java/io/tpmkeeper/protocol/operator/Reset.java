package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Consent;
import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Run;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Begins the line anew, as a person chose: from what one node has, or from one saved state. First nobody may start the domain any
 * more: every host's line is tombstoned. Only when all that live have obeyed, the line is given. What was current stays, pinned.
 */
final class Reset implements Verb {
    /** Whether the choice is still being carried out. */
    static boolean isUnderWay(World world) {
        Consent consent = world.status().consent();
        return consent != null
                && switch (consent.choice().way()) {
                    case CONTINUE, BEGIN -> true;
                    case TAKE_OVER, PRESUME_OFF, FORGET -> false;
                };
    }

    /** Whether a node is to go on with what it has, and nobody holds the line meanwhile. */
    static boolean isToContinue(World world) {
        Consent consent = world.status().consent();
        return consent != null
                && world.status().holder() == null
                && consent.choice().way() == Choice.Way.CONTINUE;
    }

    static boolean isToContinueOn(World world, String node) {
        Consent consent = world.status().consent();
        return consent != null
                && isToContinue(world)
                && node.equals(consent.choice().node());
    }

    /** The record with nobody's line, and what is to come written down. */
    static RecordStatus begin(World world, Consent consent) {
        long epoch = Giving.epochAboveAll(world);
        RecordStatus next = world.status()
                .withCurrentPinned()
                .withConsent(consent)
                .withMoving(null)
                .withHolder(null, epoch);
        Choice choice = consent.choice();
        if (choice.way() == Choice.Way.BEGIN) {
            next = next.withCurrent(from(world, choice));
        }
        return Giving.tombstones(world, next, epoch, mayStay(world, choice) ? choice.node() : null, choice);
    }

    /**
     * A Tombstone makes what ended on a host no part of the domain, so where that was chosen only a line needs one that the host
     * can start from, or that says that the domain has left it; and an order that gives it the line and is not answered yet; and a
     * run that may have left it: what it has was chosen, and not where that went.
     */
    private static boolean mayStay(World world, Choice choice) {
        NodeView chosen = chosen(world, choice);
        return chosen != null
                && !Giving.mayHaveLeft(chosen.facts().run())
                && world.ordersOf(chosen.node())
                        .flatMap(NodeOrders::open)
                        .filter(o -> o.kind() == OrderKind.HELD)
                        .isEmpty()
                && chosen.facts()
                        .lineOf(world.recordUid())
                        .filter(l -> l.isHeld() || l.state() == LineState.LEFT)
                        .isEmpty();
    }

    private static @Nullable NodeView chosen(World world, Choice choice) {
        return choice.node() == null ? null : world.nodes().get(choice.node());
    }

    /** The state to begin from as the current one, under the version that it has: what was newer is no more. */
    private static @Nullable Current from(World world, Choice choice) {
        Current current = world.status().current();
        if (choice.from() == null || (current != null && choice.from().equals(current.digest()))) {
            return choice.from() == null ? null : current;
        }
        return world.generationOf(choice.from())
                .map(g -> new Current(
                        g.number(),
                        g.version(),
                        g.digest(),
                        g.namespace(),
                        g.secret(),
                        g.capturedAt(),
                        world.nowText(),
                        g.trigger(),
                        g.node(),
                        g.source()))
                .orElse(current);
    }

    @Override
    public Verdict consider(World world) {
        Consent consent = world.status().consent();
        if (consent == null || !isUnderWay(world) || world.status().holder() != null) {
            return Verdict.NOTHING;
        }
        if (world.status().deletion() != null && !isToContinue(world)) {
            // What is current is all that there is; nobody starts from it.
            return Verdict.NOTHING;
        }
        String subject = "reset/" + world.status().epoch();
        if (!world.allAnsweredSince(World.LEADER) || !world.allAnsweredSince(subject)) {
            return world.questions().containsKey(subject) ? Verdict.NOTHING : Verdict.act(new Step.Ask(subject));
        }
        List<NodeView> holding = world.nodes().values().stream()
                .filter(NodeView::alive)
                .filter(n ->
                        n.facts().lineOf(world.recordUid()).filter(Line::isHeld).isPresent())
                .toList();
        Optional<NodeView> unknown = Stream.concat(
                        holding.stream().filter(n -> !isTakenBack(world, n)), obeyedLater(world))
                .findFirst();
        if (unknown.isPresent()) {
            return withdraw(
                    world,
                    "%s has a line that was not known when somebody chose (%s): the cluster's storage was rolled back. Nothing is given."
                            .formatted(unknown.get().node(), consent.of()));
        }
        if (!holding.isEmpty()) {
            return Verdict.NOTHING;
        }
        Choice choice = consent.choice();
        Optional<NodeView> beside = Whereabouts.running(world)
                .filter(n -> !n.node().equals(choice.node()))
                .findFirst();
        if (beside.isPresent()) {
            return Verdict.found(
                    Finding.Reason.FORKED_RUN,
                    "The domain runs on %s, and is to continue elsewhere as was chosen (%s). Stop it there; what it leaves is no part of the domain."
                            .formatted(beside.get().node(), consent.of()));
        }
        return choice.node() == null ? giveToWhoAsks(world, consent) : goOn(world, consent, choice.node());
    }

    /** Those whose line is of a later epoch than the choice's own, also one that was given up since or has left. */
    private static Stream<NodeView> obeyedLater(World world) {
        return world.nodes().values().stream()
                .filter(NodeView::alive)
                .filter(n -> n.facts()
                        .lineOf(world.recordUid())
                        .filter(l -> l.epoch() > world.status().epoch())
                        .isPresent());
    }

    /** Whether its line ends as soon as it obeys. */
    private static boolean isTakenBack(World world, NodeView node) {
        long epoch = node.facts().lineOf(world.recordUid()).map(Line::epoch).orElse(0L);
        return world.ordersOf(node.node())
                .filter(o -> node.isHost(o.hostId()))
                .flatMap(NodeOrders::open)
                .filter(o -> o.kind() == OrderKind.TOMBSTONE && o.epoch() > epoch)
                .isPresent();
    }

    private static Verdict withdraw(World world, String why) {
        return Verdict.act(
                new Step.WriteRecord(world.status().withConsent(null)),
                new Step.Announce(true, "ChoiceWithdrawn", why));
    }

    private static Verdict goOn(World world, Consent consent, String node) {
        NodeView to = world.nodes().get(node);
        if (to == null || !to.alive() || to.hostId() == null) {
            List<NodeView> others = world.nodes().values().stream()
                    .filter(n -> !n.node().equals(node))
                    .toList();
            return Verdict.found(new Finding(
                    Finding.Reason.HOST_LOSS,
                    "The domain is to continue from what %s has, as was chosen (%s), and %s does not report. Bring it back, or choose another way."
                            .formatted(node, consent.of(), node),
                    Offers.all(Beginnings.fromSaved(world), Offers.continueOn(world, others))));
        }
        Run last = to.facts().run();
        boolean sameRun =
                Objects.equals(last == null ? null : last.n(), consent.choice().run());
        if (Offers.isBlank(to.facts())) {
            return withdraw(
                    world,
                    "The migration that %s received when it was chosen (%s) failed: what lies there was made by libvirt to receive it, and is no state of the domain. Nothing is given."
                            .formatted(node, consent.of()));
        }
        if (!sameRun || !to.facts().hasState()) {
            return withdraw(
                    world,
                    "%s has nothing of the domain any more, or it was started there again, so it is not what was chosen (%s). Nothing is given."
                            .formatted(node, consent.of()));
        }
        List<Step> calledOff = Purge.callOffAll(world);
        if (!calledOff.isEmpty()) {
            // In a deletion, what was emptied before comes to life again: it is emptied anew afterwards.
            return Verdict.act(calledOff);
        }
        return Verdict.act(
                new Step.WriteRecord(Giving.live(world, to)),
                new Step.Announce(
                        false, "Reset", "%s holds the domain and continues from what it has.".formatted(to.node())));
    }

    private static Verdict giveToWhoAsks(World world, Consent consent) {
        Optional<NodeView> to = world.asking().stream()
                .filter(n -> n.allowed() && n.hostId() != null)
                .findFirst();
        Current current = world.status().current();
        if (to.isEmpty()) {
            return world.asking().stream()
                    .findFirst()
                    .map(n -> Answering.answer(n, MayMove.notAllowed(n)))
                    .orElse(Verdict.NOTHING);
        }
        if (current != null && world.generationOf(current.digest()).isEmpty()) {
            return Verdict.NOTHING;
        }
        String what = current == null ? "a blank TPM" : "generation " + current.generation();
        return Verdict.act(
                new Step.WriteRecord(
                        Giving.content(world, to.get(), Content.of(current == null ? null : current.digest()))),
                new Step.Announce(
                        false,
                        "Reset",
                        "%s holds the domain and starts from %s, as was chosen (%s)."
                                .formatted(to.get().node(), what, consent.of())));
    }
}
