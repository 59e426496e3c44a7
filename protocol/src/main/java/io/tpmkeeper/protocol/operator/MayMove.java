package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.Run;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether the line may be taken back from its holder for the node that asks. */
final class MayMove {
    /** The answer. */
    sealed interface Judgement {
        record Yes() implements Judgement {}

        /** Not as long as facts are missing. */
        record Wait() implements Judgement {}

        /** Every agent must be asked first. */
        record AskFirst(String subject) implements Judgement {}

        /** Not now; the start that waits is told why. */
        record No(String why) implements Judgement {}

        /** Not without a person, or an event outside. */
        record Stopped(Finding finding) implements Judgement {}

        /** The holder refused the very order that gave it the line: it never had it. */
        record NeverTaken(Content order) implements Judgement {}

        /** The holder does not answer and is dead: the line is given past it. */
        record PassOver(Content from) implements Judgement {}
    }

    Judgement judge(World world, Holder holder, NodeView to) {
        NodeView from = world.holder().orElse(null);
        if (from == null || !from.alive() || !from.isHost(holder.hostId())) {
            return TakeOver.judge(
                    world,
                    holder,
                    to,
                    to.facts().request() == null ? "" : to.facts().request().id());
        }
        Optional<Content> neverTaken = neverTaken(world, from).map(Order::tip);
        if (neverTaken.isPresent()) {
            return new Judgement.NeverTaken(neverTaken.get());
        }
        Optional<HolderLine> judged = HolderLine.of(world);
        return judged.map(h -> fromHolder(world, to, h))
                .orElseGet(() ->
                        noLine(world).<Judgement>map(Judgement.Stopped::new).orElseGet(Judgement.Wait::new));
    }

    /** The holder obeyed its order once, and has no line any more: somebody removed its host files. */
    static Optional<Finding> noLine(World world) {
        return world.holder()
                .filter(n -> world.ordersOf(n.node())
                        .filter(o -> o.acked() != null && !o.unanswered())
                        .isPresent())
                .filter(n -> n.facts().lineOf(world.recordUid()).isEmpty())
                .map(n -> new Finding(
                        Finding.Reason.MISSING_STATE,
                        "%s was given the domain and has no file of it any more, so it is not known what the domain left there. No start is allowed: put the host directory back from a backup."
                                .formatted(n.node()),
                        Offers.all(Beginnings.fromSaved(world), Offers.continueOn(world, List.of(n)))));
    }

    private static Judgement fromHolder(World world, NodeView to, HolderLine from) {
        Line line = from.line();
        String holder = from.node().node();
        if (from.facts().runOpen()) {
            return new Judgement.No(
                    "The domain runs on %s. Stop it there, or migrate it, and start it here again".formatted(holder));
        }
        if (line.state() == LineState.LOST) {
            return new Judgement.Stopped(UnsavedTip.lost(world, holder));
        }
        if (line.left(Ending.MIGRATED)) {
            // Commit follows it, or says why not.
            return new Judgement.Wait();
        }
        if (line.left(Ending.UNKNOWN)) {
            List<NodeView> received = Whereabouts.mayHaveEndedOn(world);
            if (!received.isEmpty()) {
                return new Judgement.Stopped(mayHaveRunOn(world, received, from.node()));
            }
        }
        Optional<NodeView> elsewhere = world.nodes().values().stream()
                .filter(n -> n.alive() && Whereabouts.mayHaveIt(n, to))
                .findFirst();
        if (elsewhere.isPresent()) {
            return new Judgement.No(whereElse(elsewhere.get()));
        }
        if (!to.allowed()) {
            return new Judgement.No(notAllowed(to));
        }
        if (line.left(Ending.UNKNOWN)) {
            String subject = "left/" + line.epoch() + "/" + from.runNumber();
            if (!world.allAnsweredSince(subject)) {
                return world.questions().containsKey(subject) ? new Judgement.Wait() : new Judgement.AskFirst(subject);
            }
            List<NodeView> silent = world.nodes().values().stream()
                    .filter(n -> !n.alive() && Whereabouts.mayHaveIt(n, to) && !Whereabouts.isPresumedOff(world, n))
                    .toList();
            if (!silent.isEmpty()) {
                return new Judgement.Stopped(mayHaveGoneTo(silent, holder));
            }
            List<NodeView> unheard = Whereabouts.silentSince(world, subject);
            if (!unheard.isEmpty()) {
                return new Judgement.Stopped(areNotHeardOf(unheard, holder));
            }
        }
        boolean back = to.node().equals(holder);
        if (back && line.isHeld()) {
            // It was given the line after this start began to wait: the hook sees that by itself.
            return new Judgement.Wait();
        }
        Optional<Finding> cannotBeSaved = back || from.tipIsSaved(world)
                ? Optional.empty()
                : UnsavedTip.of(world, from).finding();
        if (cannotBeSaved.isPresent()) {
            // The line stays: the domain goes on where its newest state is.
            return new Judgement.Stopped(cannotBeSaved.get());
        }
        return world.allAnsweredSince(World.LEADER) ? new Judgement.Yes() : new Judgement.Wait();
    }

    static String notAllowed(NodeView to) {
        return "The class of this VmTpmState does not allow the node %s. Start the domain on another node, or ask the administrator to change allowedNodes"
                .formatted(to.node());
    }

    /** Also where that node itself asks: what it received is newer than what the holder has, or is nothing, and nobody knows. */
    private static Finding mayHaveRunOn(World world, List<NodeView> received, NodeView holder) {
        return new Finding(
                Finding.Reason.MISSING_STATE,
                "How the last run on %s ended is not known, and %s received a migration of the domain, ran it without the right to, or has lost what it knew of it: the newest state may be what lies there. No start is allowed from any of these. All is kept in the hosts' spools; choose the one of the host where the domain ran last."
                        .formatted(holder.node(), names(received)),
                orBegin(
                        world,
                        Offers.all(
                                offers(world, received, holder),
                                received.stream()
                                        .flatMap(n -> Offers.forgetBlank(world, n).stream())
                                        .toList())));
    }

    /** Where nobody has anything to go on with. */
    private static List<Finding.Offer> orBegin(World world, List<Finding.Offer> offers) {
        return offers.isEmpty() ? Beginnings.fromNewest(world) : offers;
    }

    /** What the holder itself received, or ran without the right to, hides its own end: of that there is what is saved. */
    private static List<Finding.Offer> offers(World world, List<NodeView> received, NodeView holder) {
        Run last = holder.facts().run();
        boolean hidden = world.status().current() != null && last != null && !last.online();
        List<Finding.Offer> goOn = Offers.continueOn(
                world,
                Stream.concat(received.stream(), Stream.of(holder)).distinct().toList());
        return hidden ? Offers.all(goOn, Beginnings.fromSaved(world)) : goOn;
    }

    private static String whereElse(NodeView node) {
        return node.facts().active()
                ? "The domain runs, or is being received, on %s. Stop it there and start it here again"
                        .formatted(node.node())
                : "A migration to %s was begun and did not take over from the holder. What it left there must be ended first: start the domain where it ran before"
                        .formatted(node.node());
    }

    private static Finding mayHaveGoneTo(List<NodeView> silent, String holder) {
        return new Finding(
                Finding.Reason.HOST_LOSS,
                "How the last run on %s ended is not known, and %s, which was receiving the domain when it last reported, is silent: it may run there. No start is allowed until it speaks. Bring it back."
                        .formatted(holder, names(silent)),
                Offers.presumeOff(silent));
    }

    private static Finding areNotHeardOf(List<NodeView> silent, String holder) {
        return new Finding(
                Finding.Reason.HOST_LOSS,
                "How the last run on %s ended is not known: it may have been migrated, and %s has not reported since, so it may run there. No start is allowed. Bring it back; or, if it is off for certain, fence it (taint node.kubernetes.io/out-of-service) or delete its Node."
                        .formatted(holder, names(silent)),
                Offers.presumeOff(silent));
    }

    private static String names(List<NodeView> nodes) {
        return String.join(", ", nodes.stream().map(NodeView::node).toList());
    }

    /** The order that gave the holder the line, if it refused that. */
    static Optional<Order> neverTaken(World world, NodeView from) {
        return world.ordersOf(from.node())
                .flatMap(NodeOrders::open)
                .filter(o -> o.kind() == OrderKind.HELD && from.facts().refused(o));
    }

    static Finding hostLoss(World world, Holder holder) {
        Current current = world.status().current();
        String saved = current == null
                ? "nothing of it was ever saved"
                : "what was saved last is generation %d of %s".formatted(current.generation(), current.confirmedAt());
        String node = holder.node();
        return new Finding(
                Finding.Reason.HOST_LOSS,
                TakeOver.lostItsDirectory(world, holder)
                        ? "%s held the domain, and reports with another host directory (/var/lib/tpm-keeper) than the one that was given it: that was lost, or the node was installed anew. What it knew of the domain went with it, and what it had captured and not sent; %s. No node may start the domain from that without your word: put the directory back from a backup, or choose."
                                .formatted(node, saved)
                        : "%s holds the domain and does not report; %s. No other node may start it, since it could still run there. Bring %s back."
                                .formatted(node, saved, node));
    }
}
