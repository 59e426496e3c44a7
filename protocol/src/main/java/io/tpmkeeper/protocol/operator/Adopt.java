package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Request;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Gives the first line of a domain that nobody holds: to the one node that has it, or, where no node has anything, to the one
 * that asks. What other nodes may have is asked of them first; one that is silent stops it.
 */
final class Adopt implements Verb {
    @Override
    public Verdict consider(World world) {
        Owner owner = world.spec().owner();
        if (world.status().holder() != null
                || owner == null
                || world.status().deletion() != null
                || Reset.isUnderWay(world)) {
            return Verdict.NOTHING;
        }
        boolean cleaning = world.status().gone().stream()
                .map(world.nodes()::get)
                .anyMatch(n -> n != null && n.alive() && Purge.isTouched(world, n));
        List<NodeView> having = world.nodes().values().stream()
                .filter(n -> hasIt(world, n) && !world.status().gone().contains(n.node()))
                .toList();
        List<NodeView> asking =
                world.asking().stream().filter(NodeView::allowed).toList();
        if (cleaning || (having.isEmpty() && asking.isEmpty())) {
            return cleaning ? Verdict.NOTHING : refusedBefore(world).orElseGet(() -> notAllowed(world));
        }
        if (having.size() > 1) {
            return several(world, having, "have state of this domain");
        }
        NodeView to = having.isEmpty() ? asking.getFirst() : having.getFirst();
        return afterEveryoneReported(world, owner, to, !having.isEmpty());
    }

    /** What lies there, the right to start it that a lost record gave, or, where something is kept, what may be newer than that. */
    private static boolean hasIt(World world, NodeView node) {
        return node.facts().hasState()
                || LostRecordLine.of(world, node).isPresent()
                || (world.status().current() != null && hasTornEnd(node.facts()));
    }

    /** Its last run left something, and no hook could read all of it. */
    private static boolean hasTornEnd(Facts facts) {
        Run run = facts.run();
        return run != null
                && !run.open()
                && !run.voided()
                && facts.entries().stream().anyMatch(e -> e.run() == run.n() && !e.complete() && e.digest() != null);
    }

    private static Verdict afterEveryoneReported(World world, Owner owner, NodeView to, boolean hasIt) {
        String subject = "adopt/" + world.recordUid() + "/" + owner.uid() + "/" + to.node();
        if (!world.allAnsweredSince(World.LEADER) || !world.allAnsweredSince(subject)) {
            return world.questions().containsKey(subject) ? Verdict.NOTHING : Verdict.act(new Step.Ask(subject));
        }
        List<NodeView> silent = silent(world);
        if (!silent.isEmpty()) {
            return doNotReport(world, silent);
        }
        if (to.hostId() == null || isReceiving(to.facts())) {
            return Verdict.NOTHING;
        }
        Current current = world.status().current();
        if (current == null) {
            return given(to, Giving.live(world, to), "holds the domain and continues from what it has");
        }
        Optional<LostRecordLine> line = LostRecordLine.of(world, to);
        if (line.filter(l -> (to.facts().active() || !l.isAt(current)) && l.goesOnFrom(world, current))
                .isPresent()) {
            return given(to, Giving.live(world, to), "holds the domain and continues from what it has");
        }
        if (hasIt
                && !(hasExactly(to.facts(), current)
                        && line.map(l -> l.isAt(current)).orElse(true))) {
            return several(world, List.of(to), notTheKept(line.isPresent(), current));
        }
        if (world.generationOf(current.digest()).isEmpty()) {
            // It is gone from the cluster: there would be nothing to start from.
            return Verdict.NOTHING;
        }
        Optional<Generation> newer = Beginnings.newer(world).findFirst();
        if (newer.isPresent()) {
            return asked(world, whichIsNewer(newer.get(), current));
        }
        return given(
                to,
                Giving.contentFirst(world, to, Content.of(current.digest())),
                "continues from generation %d, which was kept".formatted(current.generation()));
    }

    private static String notTheKept(boolean ofALostRecord, Current current) {
        return ofALostRecord
                ? "has the domain by a VmTpmRecord that was lost, and what is there does not go on from generation %d, the newest that is saved"
                        .formatted(current.generation())
                : "has state that is not the one that was kept (it ran unprotected, perhaps), or that is not whole";
    }

    /** Sent in the name of a lost record, perhaps: nobody knows any more whether it was the domain's end. */
    private static String whichIsNewer(Generation newer, Current current) {
        return "Generation %d, captured %s on %s, is newer than generation %d and was never made current: it may be of a run that had no right to start, or the domain's last, sent in the name of a VmTpmRecord that was lost. So it is not plain from which state the domain continues. Nothing was touched. Choose from which state it goes on."
                .formatted(newer.number(), newer.capturedAt(), newer.node(), current.generation());
    }

    /** Nobody asks any more, and the start that was refused for want of a node's answer would be again. */
    private static Optional<Verdict> refusedBefore(World world) {
        List<NodeView> silent = silent(world);
        boolean stands = world.nodes().values().stream()
                .flatMap(n -> n.refusedFor().stream())
                .anyMatch(Finding.Reason.FOUND_ON_SEVERAL_NODES.word()::equals);
        return stands && world.asking().isEmpty() && !silent.isEmpty()
                ? Optional.of(doNotReport(world, silent))
                : Optional.empty();
    }

    private static List<NodeView> silent(World world) {
        return world.nodes().values().stream()
                .filter(n -> !n.fenced() && !n.alive() && !world.status().gone().contains(n.node()))
                .toList();
    }

    private static Verdict doNotReport(World world, List<NodeView> silent) {
        return several(
                world, silent, (silent.size() > 1 ? "do" : "does") + " not report and may have state of this domain");
    }

    private static Verdict given(NodeView to, RecordStatus next, String from) {
        return Verdict.act(
                new Step.WriteRecord(next), new Step.Announce(false, "Adopted", "%s %s.".formatted(to.node(), from)));
    }

    private static boolean isReceiving(Facts facts) {
        return facts.run() != null && facts.run().open() && facts.run().kind() == RunKind.INCOMING;
    }

    private static boolean hasExactly(Facts facts, Current current) {
        return !facts.active()
                && !facts.runOpen()
                && !hasTornEnd(facts)
                && facts.digests().allMatch(current.digest()::equals);
    }

    private static Verdict notAllowed(World world) {
        return world.asking().stream()
                .findFirst()
                .map(n -> Answering.answer(n, MayMove.notAllowed(n)))
                .orElse(Verdict.NOTHING);
    }

    private static List<Finding.Offer> offers(World world) {
        List<NodeView> having = world.nodes().values().stream()
                .filter(n -> n.facts().hasState() && !world.status().gone().contains(n.node()))
                .toList();
        boolean kept = world.status().current() != null;
        List<Finding.Offer> goOn = Offers.continueOn(world, having);
        // What was sent in the name of a lost record is newer than what was kept, and current for nobody. And what lies
        // on a node
        // that reports may be none to go on with: what a migration left that failed.
        List<Finding.Offer> rest = kept || goOn.isEmpty() ? Beginnings.fromSaved(world) : Beginnings.fromNewer(world);
        List<Finding.Offer> stopped =
                Offers.all(Offers.onceStopped(world, having), Beginnings.currentOnceStopped(world));
        return Offers.all(Offers.all(goOn, rest), stopped);
    }

    private static Verdict several(World world, List<NodeView> nodes, String what) {
        return asked(
                world,
                "%s %s, so it is not plain from which state the domain continues. Nothing was touched.%s"
                        .formatted(names(nodes), what, whatToDo(world, nodes)));
    }

    private static Verdict asked(World world, String message) {
        Finding finding = new Finding(Finding.Reason.FOUND_ON_SEVERAL_NODES, message, offers(world));
        List<Step> answers = Stream.concat(world.asking().stream(), waitingByALostRecord(world))
                .flatMap(n -> Answering.answer(n, finding).steps().stream())
                .toList();
        return new Verdict(answers, Optional.of(finding));
    }

    /** A node that speaks need not be brought back, and what a silent one has cannot be chosen. */
    private static String whatToDo(World world, List<NodeView> nodes) {
        List<NodeView> silent = nodes.stream().filter(n -> !n.alive()).toList();
        List<NodeView> running = Whereabouts.running(world).toList();
        if (running.size() > 1) {
            return bringBack(world, silent)
                    + " Stop the domain on all but one of %s; then choose.".formatted(names(running));
        }
        if (silent.size() == nodes.size()) {
            return bringBack(world, silent);
        }
        String unless = silent.isEmpty() ? "" : ", if you know that %s has nothing newer".formatted(names(silent));
        List<NodeView> movable = nodes.stream().filter(Adopt::canBeMovedAway).toList();
        String away = nodes.size() < 2 || movable.isEmpty()
                ? ""
                : "; or undefine it where it is not wanted (%s), and move its TPM directory away there"
                        .formatted(names(movable));
        return "%s Choose from which state it goes on%s%s.".formatted(bringBack(world, silent), unless, away);
    }

    private static String bringBack(World world, List<NodeView> silent) {
        if (silent.isEmpty()) {
            return "";
        }
        boolean hasSome = silent.stream().anyMatch(n -> hasIt(world, n));
        return hasSome
                ? " Bring %s back.".formatted(names(silent))
                : " Bring %s back; or, if it is off for certain, fence it (taint node.kubernetes.io/out-of-service) or delete its Node."
                        .formatted(names(silent));
    }

    /** What was captured stays there whatever becomes of the domain's own files. */
    private static boolean canBeMovedAway(NodeView node) {
        Facts facts = node.facts();
        return node.alive()
                && facts.live() != null
                && facts.line() == null
                && facts.entries().stream().noneMatch(Entry::complete);
    }

    private static String names(List<NodeView> nodes) {
        return nodes.stream().map(NodeView::node).collect(Collectors.joining(", "));
    }

    /** Their hosts have a line, and want only what it starts from: nobody brings that while it is not plain which state that is. */
    private static Stream<NodeView> waitingByALostRecord(World world) {
        return world.nodes().values().stream()
                .filter(n -> n.asks()
                        .filter(r -> r.reason() == Request.Reason.CONTENT)
                        .isPresent());
    }
}
