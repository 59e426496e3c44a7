package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.operator.Shown.Said;
import java.util.Optional;

/** Where the domain may be started now. */
final class Startable {
    private Startable() {}

    static Said of(World world, HostState state, Optional<Finding> finding) {
        if (finding.isPresent() && blocksStarts(finding.get())) {
            return Said.no(finding.get().reason().word(), finding.get().message());
        }
        return switch (state) {
            case NONE ->
                world.status().current() == null
                        ? Said.yes("NothingSavedYet", "Any node may start the domain first.")
                        : Said.yes("Anywhere", "Any node may start the domain from the current generation.");
            case GRANTED, RUNNING, UNSYNCED -> onHolder(world);
            case RELEASED -> released(world);
            case MOVING ->
                Said.yes(
                        "OnTarget",
                        "%s may start it.".formatted(world.status().move().to()));
            case LEFT -> Said.yes("OnTarget", "The node that received it may start it.");
            case LOST -> Said.no("LostTail", "The state that the domain left is torn or incomplete.");
        };
    }

    private static Said onHolder(World world) {
        if (passedOver(world)) {
            return anywhere(world);
        }
        return Said.yes(
                "OnHolder",
                holderAnswers(world)
                        ? "%s may start it.".formatted(Show.holderName(world))
                        : "%s may start it and does not report; no other node may start it until it speaks."
                                .formatted(Show.holderName(world)));
    }

    private static boolean holderAnswers(World world) {
        return world.holder()
                .filter(n -> n.alive() && HolderLine.isTheHost(world, n))
                .isPresent();
    }

    /** The holder is dead by the class's own word: whoever asks next is served. */
    private static boolean passedOver(World world) {
        Holder holder = world.status().holder();
        return holder != null && !holderAnswers(world) && TakeOver.isDead(world, holder);
    }

    private static Said anywhere(World world) {
        Current current = world.status().current();
        return Said.yes(
                "Anywhere",
                "%s is off: the next node that asks starts the domain from generation %d; what was not saved since is lost."
                        .formatted(Show.holderName(world), current == null ? 0 : current.generation()));
    }

    private static Said released(World world) {
        if (passedOver(world)) {
            return anywhere(world);
        }
        return holderAnswers(world)
                ? Said.yes("Anywhere", "Any node may start the domain; it is given to the one that asks.")
                : Said.no(
                        "HostLoss",
                        "%s holds the domain and does not report: it may start it, no other node may until it speaks."
                                .formatted(Show.holderName(world)));
    }

    private static boolean blocksStarts(Finding finding) {
        return switch (finding.reason()) {
            case ROLLED_BACK, FOUND_ON_SEVERAL_NODES, HOST_LOSS, LOST_TAIL, MISSING_STATE -> true;
            case FORKED_RUN, CLEANUP_FAILED, DELETION_WAITS_FOR_STOP -> false;
        };
    }
}
