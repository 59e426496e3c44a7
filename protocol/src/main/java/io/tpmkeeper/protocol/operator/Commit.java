package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Follows a live migration: source and destination agree that the domain went from one to the other, so the line goes after it.
 * Neither's word alone is enough, and every other agent is asked first.
 */
final class Commit implements Verb {
    /** How a received run may have ended and yet have been the domain. */
    private static final Set<Ending> REAL_ENDS =
            EnumSet.of(Ending.SHUTDOWN, Ending.DESTROYED, Ending.CRASHED, Ending.SAVED);

    @Override
    public Verdict consider(World world) {
        if (isGoing(world) || world.status().moving() != null) {
            return Verdict.NOTHING;
        }
        return HolderLine.of(world)
                .filter(h -> h.left(Ending.MIGRATED) && agreesThatItLeft(h))
                .map(h -> after(world, h))
                .orElse(Verdict.NOTHING);
    }

    /** What is to be kept must be followed first. */
    private static boolean isGoing(World world) {
        RecordStatus.Deletion deletion = world.status().deletion();
        return deletion != null && deletion.policy() == DeletionPolicy.DELETE;
    }

    /** Its last run is the one that left, or came back, or is none. */
    private static boolean agreesThatItLeft(HolderLine from) {
        Run run = from.facts().run();
        return run == null
                || run.voided()
                || run.kind() == RunKind.INCOMING
                || (run.online() && run.how() == Ending.MIGRATED);
    }

    private static Verdict after(World world, HolderLine from) {
        String subject = "left/" + from.line().epoch() + "/" + from.runNumber();
        if (!world.allAnsweredSince(World.LEADER) || !world.allAnsweredSince(subject)) {
            return world.questions().containsKey(subject) ? Verdict.NOTHING : Verdict.act(new Step.Ask(subject));
        }
        List<NodeView> received = received(world);
        List<NodeView> silent = silent(world, subject);
        if (received.size() != 1) {
            return received.isEmpty() ? nowhere(world, from, silent) : several(world, received);
        }
        NodeView to = received.getFirst();
        if (!silent.isEmpty()) {
            return Verdict.found(new Finding(
                    Finding.Reason.HOST_LOSS,
                    "The domain migrated away from %s, seemingly to %s; %s does not report and may have received it, too. Bring it back."
                            .formatted(from.node().node(), to.node(), names(silent)),
                    Offers.all(Offers.presumeOff(silent), Offers.continueOn(world, List.of(to)))));
        }
        if (!to.allowed()) {
            return Verdict.found(new Finding(
                    Finding.Reason.FORKED_RUN,
                    "The domain was migrated to %s, which its class does not allow, so it is not saved there. Migrate it to an allowed node, or have the administrator allow it (allowedNodes)."
                            .formatted(to.node()),
                    Offers.continueOn(world, List.of(to))));
        }
        List<NodeView> forked = world.nodes().values().stream()
                .filter(n -> !n.alive() && Forks.isForked(world, n))
                .toList();
        if (!forked.isEmpty()) {
            return Verdict.found(new Finding(
                    Finding.Reason.FORKED_RUN,
                    "The domain migrated away from %s, seemingly to %s; it ran on %s, too, without having been allowed to, which is silent: what %s received may have come from there. Bring it back, or choose."
                            .formatted(from.node().node(), to.node(), names(forked), to.node()),
                    Offers.all(Beginnings.fromNewest(world), Offers.continueOn(world, List.of(to, from.node())))));
        }
        boolean otherwise = world.nodes().values().stream()
                .filter(n -> n.alive() && !n.node().equals(to.node()))
                .anyMatch(n -> n.facts().active() || Forks.isForked(world, n));
        return otherwise || to.hostId() == null ? Verdict.NOTHING : follow(world, from, to);
    }

    /** Those that did not say since, and those that had it when they said so. */
    private static List<NodeView> silent(World world, String subject) {
        List<NodeView> unheard = Whereabouts.silentSince(world, subject);
        return world.nodes().values().stream()
                .filter(n -> unheard.contains(n) || hadIt(world, n))
                .toList();
    }

    private static boolean hadIt(World world, NodeView node) {
        Run run = node.facts().run();
        return !node.alive() && run != null && run.mayHaveReceived() && !Whereabouts.isPresumedOff(world, node);
    }

    private static Verdict follow(World world, HolderLine from, NodeView to) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.WriteRecord(Giving.live(world, to)));
        steps.add(new Step.Announce(
                false,
                "Migrated",
                from.node().node().equals(to.node())
                        ? "The domain migrated away from %s and back, and is held there again.".formatted(to.node())
                        : "The domain migrated from %s to %s, which holds it now."
                                .formatted(from.node().node(), to.node())));
        return Verdict.act(steps);
    }

    /**
     * One that is open; none being open, one that ended as a domain ends, and beside it each of which nobody knows how it ended: what that
     * left may be as new. Where it ended as a domain ends beside one that is open, that one may be waiting for a guest that came no more.
     */
    private static List<NodeView> received(World world) {
        List<NodeView> all = world.nodes().values().stream()
                .filter(n ->
                        n.alive() && n.facts().run() != null && n.facts().run().mayHaveReceived())
                .toList();
        List<NodeView> open = all.stream().filter(n -> n.facts().runOpen()).toList();
        List<NodeView> ended = all.stream().filter(Commit::endedForCertain).toList();
        if (!open.isEmpty()) {
            return Stream.concat(open.stream(), ended.stream()).toList();
        }
        return ended.isEmpty()
                ? ended
                : all.stream()
                        .filter(n -> ended.contains(n) || endedUnseen(n.facts().run()))
                        .toList();
    }

    private static boolean endedForCertain(NodeView node) {
        return Optional.ofNullable(node.facts().run())
                .map(Run::how)
                .filter(REAL_ENDS::contains)
                .isPresent();
    }

    private static Verdict several(World world, List<NodeView> received) {
        return Verdict.found(new Finding(
                Finding.Reason.FORKED_RUN,
                "The domain migrated, and %s all received it: it is not plain which one it is. Stop it on all but one, then choose."
                        .formatted(names(received)),
                Offers.all(Offers.continueOn(world, received), Offers.onceStopped(world, received))));
    }

    /** Nobody has it for certain. One that received it and lost it without a word has the newest state, or nothing. */
    private static Verdict nowhere(World world, HolderLine from, List<NodeView> silent) {
        String left = from.node().node();
        List<NodeView> unsure = world.nodes().values().stream()
                .filter(n -> n.alive() && endedUnseen(n.facts().run()))
                .toList();
        String where = unsure.isEmpty()
                ? "no node that reports received it"
                : "%s received a migration of it, and how that ended there is not known (power loss, perhaps): if what is left there is whole, it is the newest state"
                        .formatted(names(unsure));
        // What was begun there since without the right to hides how the run that it received ended.
        List<NodeView> has = Offers.andOthers(
                world, Stream.concat(unsure.stream(), Stream.of(from.node())).toList());
        if (!silent.isEmpty()) {
            return Verdict.found(new Finding(
                    Finding.Reason.HOST_LOSS,
                    "The domain migrated away from %s; %s; %s is silent. No start is allowed until it speaks. Bring it back."
                            .formatted(left, where, names(silent)),
                    Offers.all(Beginnings.fromSaved(world), Offers.continueOn(world, has))));
        }
        return Verdict.found(new Finding(
                Finding.Reason.MISSING_STATE,
                "The domain migrated away from %s; %s. No start is allowed until that is settled."
                        .formatted(left, where),
                Offers.all(Beginnings.fromNewest(world), Offers.continueOn(world, has))));
    }

    private static boolean endedUnseen(@Nullable Run run) {
        return run != null
                && run.mayHaveReceived()
                && (run.how() == Ending.LOST || run.how() == Ending.UNKNOWN || run.how() == Ending.INCOMPLETE);
    }

    private static String names(List<NodeView> nodes) {
        return String.join(", ", nodes.stream().map(NodeView::node).toList());
    }
}
