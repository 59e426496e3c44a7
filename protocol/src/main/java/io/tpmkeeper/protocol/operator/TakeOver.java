package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Consent;
import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Run;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether a holder that does not answer may be passed over: because the class says that such a host is dead, or because a person
 * said so. The class consents to lose what was not saved since; never to lose all, or what is known to be somewhere else.
 */
final class TakeOver {
    private TakeOver() {}

    /** @param request id of the start that is served, so that what is known is newer than it */
    static MayMove.Judgement judge(World world, Holder holder, NodeView to, String request) {
        List<NodeView> elsewhere = world.nodes().values().stream()
                .filter(n -> n.alive() && (Whereabouts.mayHaveIt(n, to) || (n.equals(to) && received(n))))
                .filter(n -> !isBlankWhereItWasLost(world, holder, n))
                .toList();
        boolean accepted = isAccepted(world, holder);
        if (!accepted && !isDead(world, holder)) {
            return new MayMove.Judgement.Stopped(notDead(world, holder, elsewhere));
        }
        if (!elsewhere.isEmpty()) {
            return new MayMove.Judgement.Stopped(runsElsewhere(world, holder, elsewhere));
        }
        if (!to.allowed()) {
            return new MayMove.Judgement.No(MayMove.notAllowed(to));
        }
        if (Decide.waitsToBeSaved(world)) {
            // What the holder sent last is here: nothing of it is lost, once the API server takes it.
            return new MayMove.Judgement.Wait();
        }
        String subject = "lost/" + world.status().epoch() + "/" + request;
        if (!world.allAnsweredSince(World.LEADER) || !world.allAnsweredSince(subject)) {
            return world.questions().containsKey(subject)
                    ? new MayMove.Judgement.Wait()
                    : new MayMove.Judgement.AskFirst(subject);
        }
        Current current = world.status().current();
        if (current == null) {
            return new MayMove.Judgement.PassOver(Content.NONE);
        }
        return world.generationOf(current.digest()).isPresent()
                ? new MayMove.Judgement.PassOver(Content.of(current.digest()))
                : new MayMove.Judgement.Wait();
    }

    /** Also the node that asks: the domain came there and ended there, and what it left is newer than anything that is saved. */
    private static boolean received(NodeView to) {
        Run run = to.facts().run();
        return run != null && run.mayHaveReceived() && run.how() != Ending.FAILED;
    }

    /** Without asking anybody. */
    static boolean isDead(World world, Holder holder) {
        if (world.status().current() == null || isKnownToHaveNoEnd(world, holder)) {
            return false;
        }
        NodeView from = world.holder().orElse(null);
        return from == null || world.policy().onHostLoss().isDead(from) || wasReplaced(world, holder, from);
    }

    /**
     * What a failed migration left where the holder lost its directory is nothing of the domain; and nobody could say so, since what is
     * said to that node is addressed to the directory that is gone.
     */
    private static boolean isBlankWhereItWasLost(World world, Holder holder, NodeView node) {
        return node.node().equals(holder.node()) && lostItsDirectory(world, holder) && Offers.isBlank(node.facts());
    }

    private static boolean isAccepted(World world, Holder holder) {
        Consent consent = world.status().consent();
        return consent != null
                && consent.choice().way() == Choice.Way.TAKE_OVER
                && holder.node().equals(consent.choice().node())
                && holder.hostId().equals(consent.choice().hostId());
    }

    /** Its last word was that the domain had left it, or that what it left is torn: then more is lost than was not saved yet. */
    private static boolean isKnownToHaveNoEnd(World world, Holder holder) {
        return world.holder()
                .filter(n -> holder.hostId().equals(n.facts().hostId()))
                .flatMap(n -> n.facts().lineOf(world.recordUid()))
                .map(Line::state)
                .filter(s -> s == LineState.LOST || s == LineState.LEFT)
                .isPresent();
    }

    /** The node speaks, and is another host now than the one that was given the line: that one does not come back with it. */
    static boolean lostItsDirectory(World world, Holder holder) {
        return world.holder()
                .filter(n -> n.alive() && n.hostId() != null && !n.hostId().equals(holder.hostId()))
                .isPresent();
    }

    /** Its host directory is gone, and what lies there is what was saved last. */
    private static boolean wasReplaced(World world, Holder holder, NodeView from) {
        Current current = world.status().current();
        return lostItsDirectory(world, holder)
                && from.hostId() != null
                && from.hostId().equals(from.facts().hostId())
                && !from.facts().active()
                && !from.facts().runOpen()
                && current != null
                && current.digest().equals(from.facts().live());
    }

    private static Finding notDead(World world, Holder holder, List<NodeView> elsewhere) {
        NodeView from = world.holder().orElse(null);
        List<NodeView> there = from != null && from.alive() ? List.of(from) : List.of();
        List<Finding.Offer> past = elsewhere.isEmpty()
                ? Offers.all(
                        Offers.takeOver(world, holder),
                        Offers.all(Beginnings.fromNewer(world), Beginnings.fromWhatWasChosen(world)))
                : List.of();
        List<Finding.Offer> goOn =
                elsewhere.isEmpty() ? Offers.continueOn(world, others(world, there)) : settle(world, elsewhere);
        return MayMove.hostLoss(world, holder).offering(Offers.all(past, goOn));
    }

    /**
     * As long as the holder has not obeyed, or nothing is saved of a line that went on from what it had, whoever handed the domain on to it may
     * have the newest that can be had.
     */
    private static List<NodeView> others(World world, List<NodeView> there) {
        Current current = world.status().current();
        boolean savedSince =
                current != null && current.version().epoch() == world.status().epoch();
        boolean wentOnFromWhatItHad = world.status().holder() != null
                && world.ordersOf(world.status().holder().node())
                        .map(NodeOrders::order)
                        .filter(o -> Content.LIVE.equals(o.tip()))
                        .isPresent();
        return Beginnings.holderIsToGoOnWithWhatItHas(world) || (wentOnFromWhatItHad && !savedSince)
                ? Offers.andWhatWasLeftAside(world, there)
                : Offers.andOthers(world, there);
    }

    private static Finding runsElsewhere(World world, Holder holder, List<NodeView> elsewhere) {
        return new Finding(
                Finding.Reason.HOST_LOSS,
                "%s; %s. The line does not know of it, so it is not plain what the newest state is. %s"
                        .formatted(
                                lostItsDirectory(world, holder)
                                        ? "%s held the domain and has lost the host directory that says so"
                                                .formatted(holder.node())
                                        : "%s holds the domain and is off".formatted(holder.node()),
                                elsewhere.stream().map(TakeOver::whatIsThere).collect(Collectors.joining("; ")),
                                Whereabouts.running(world).findAny().isPresent()
                                        ? "Stop the domain where it runs; then choose."
                                        : "Choose whether what is there is the domain."),
                settle(world, elsewhere));
    }

    private static List<Finding.Offer> settle(World world, List<NodeView> elsewhere) {
        return Offers.all(
                Offers.settle(world, elsewhere), Offers.onceStopped(world, Offers.andOthers(world, elsewhere)));
    }

    private static String whatIsThere(NodeView node) {
        Run run = node.facts().run();
        return run == null || run.open() || node.facts().active()
                ? "the domain runs, or is being received, on " + node.node()
                : "%s was to receive it by a migration, which ended there (%s)".formatted(node.node(), run.how());
    }
}
