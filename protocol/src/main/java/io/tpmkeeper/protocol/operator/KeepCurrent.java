package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import java.util.Optional;

/** Holds the current generation with a finalizer, and makes it again when somebody deletes it by hand. */
final class KeepCurrent implements Verb {
    @Override
    public Verdict consider(World world) {
        Current current = world.status().current();
        // The API server lets nobody make anything in a namespace that goes, and the state goes with it.
        if (current == null || world.status().deletion() != null || world.namespaceTerminating()) {
            return Verdict.NOTHING;
        }
        Optional<Generation> whole = world.generationOf(current.digest());
        Optional<Generation> named = world.generations().stream()
                .filter(g -> g.secret().equals(current.secret()))
                .findFirst();
        if (whole.isPresent()) {
            return whole.map(g -> g.secret().equals(current.secret()) ? held(world, g) : renamed(world, current, g))
                    .orElseThrow();
        }
        if (named.isPresent()) {
            return Verdict.act(
                    new Step.CopyGeneration(named.get(), Promote.nextNumber(world)),
                    new Step.Announce(
                            true,
                            "GenerationRestored",
                            "Somebody deleted Secret %s, which holds the current state; it was made again."
                                    .formatted(current.secret())));
        }
        boolean onANode = world.nodes().values().stream()
                .filter(NodeView::alive)
                .anyMatch(n -> n.facts().digests().anyMatch(current.digest()::equals));
        return onANode || !world.uploads().isEmpty()
                ? Verdict.NOTHING
                : Verdict.found(new Finding(
                        Finding.Reason.MISSING_STATE,
                        "Secret %s/%s with the current state is gone, and no node that reports has it. Put the Secret back from a backup; starts elsewhere are refused until then."
                                .formatted(current.namespace(), current.secret()),
                        Offers.beginFromNewest(world)));
    }

    private static Verdict renamed(World world, Current current, Generation copy) {
        return Verdict.act(new Step.WriteRecord(world.status()
                .withCurrentNamed(new Current(
                        copy.number(),
                        current.version(),
                        current.digest(),
                        copy.namespace(),
                        copy.secret(),
                        current.capturedAt(),
                        current.confirmedAt(),
                        current.trigger(),
                        current.node(),
                        current.source()))));
    }

    private static Verdict held(World world, Generation current) {
        if (!current.kept()) {
            return Verdict.act(new Step.KeepGeneration(current, true));
        }
        return world.generations().stream()
                .filter(g -> g.kept()
                        && !g.secret().equals(current.secret())
                        && !world.status().pinned().contains(g.digest()))
                .findFirst()
                .map(g -> Verdict.act(new Step.KeepGeneration(g, false)))
                .orElse(Verdict.NOTHING);
    }
}
