package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.RecordStatus;
import java.util.Optional;

/** What became of a capture that somebody asked for. Once there is an answer, what follows does not change it. */
public final class RequestedCapture {
    private RequestedCapture() {}

    /** How it ended. */
    public enum Result {
        /** It is saved. */
        PROMOTED,
        /** What is there was saved already. */
        CONFIRMED,
        /** Nothing was captured, or what was captured is not what it should be. */
        REFUSED
    }

    /** @param message what happened and what to do */
    public record Answer(Result result, String message) {}

    /** Empty: not yet. */
    public static Optional<Answer> answer(World world, String request) {
        Holder holder = world.status().holder();
        if (holder == null) {
            return refused(
                    "No node holds the domain, so there is nothing newer than what is saved. Ask again, by another id, when it has run.");
        }
        if (world.status().deletion() != null) {
            return refused("The VmTpmState is being deleted.");
        }
        NodeView node = world.holder().orElse(null);
        if (node == null || !node.alive() || !HolderLine.isTheHost(world, node)) {
            return refused("%s holds the domain and does not report. Ask again, by another id, when its agent runs."
                    .formatted(holder.node()));
        }
        return Optional.ofNullable(node.facts().captured())
                .filter(c -> c.request().equals(request))
                .flatMap(c -> answered(world, node, c));
    }

    private static Optional<Answer> answered(World world, NodeView node, Facts.Captured captured) {
        if (captured.refused() != null) {
            return refused("On %s: %s".formatted(node.node(), captured.refused()));
        }
        RecordStatus.Refused refused = world.status().refused();
        if (refused != null && refused.digest().equals(captured.digest())) {
            return refused("What %s captured was refused: %s: %s The last good generation stays current."
                    .formatted(node.node(), refused.reason(), refused.message()));
        }
        Current current = world.status().current();
        if (current == null || captured.version() == null || current.version().compareTo(captured.version()) < 0) {
            return Optional.empty();
        }
        boolean same = current.digest().equals(captured.digest());
        if (captured.unchanged() && same) {
            return Optional.of(new Answer(
                    Result.CONFIRMED,
                    "Nothing has changed: generation %d holds what is on %s."
                            .formatted(current.generation(), node.node())));
        }
        return Optional.of(new Answer(
                Result.PROMOTED,
                same
                        ? "Generation %d holds what was captured on %s.".formatted(current.generation(), node.node())
                        : "Generation %d holds something newer that was captured on %s since."
                                .formatted(current.generation(), node.node())));
    }

    private static Optional<Answer> refused(String why) {
        return Optional.of(new Answer(Result.REFUSED, why));
    }
}
