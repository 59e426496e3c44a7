package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Version;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Holds the current generation with a finalizer, and makes it again when somebody deletes it by hand, or what it refers to. Sees
 * to it that a lost record would be rebuilt with it.
 */
final class KeepCurrent implements Verb {
    @Override
    public Verdict consider(World world) {
        Current current = world.status().current();
        // The API server lets nobody make anything in a namespace that goes, and the state goes with it.
        if (current == null || world.status().deletion() != null || world.namespaceTerminating()) {
            return Verdict.NOTHING;
        }
        Optional<Generation> whole = world.generationOf(current.digest());
        if (whole.isPresent()) {
            return whole.map(g ->
                            g.secret().equals(current.secret()) ? held(world, current, g) : renamed(world, current, g))
                    .orElseThrow();
        }
        Optional<Generation> readable = readable(world, current);
        if (readable.isPresent()) {
            return Verdict.act(
                    new Step.CopyGeneration(readable.get(), Promote.nextNumber(world)),
                    new Step.Announce(
                            true,
                            "GenerationRestored",
                            "Somebody deleted Secret %s, which holds the current state, or a part of it; it was made again."
                                    .formatted(going(world, readable.get()))));
        }
        boolean onANode = world.nodes().values().stream()
                .filter(NodeView::alive)
                .anyMatch(n -> n.facts().digests().anyMatch(current.digest()::equals));
        return onANode || !world.uploads().isEmpty()
                ? Verdict.NOTHING
                : Verdict.found(new Finding(
                        Finding.Reason.MISSING_STATE,
                        "Secret %s/%s with the current state is gone, and no node that reports has it. Put the Secret back from a backup; starts elsewhere are refused until then."
                                .formatted(current.namespace(), missing(world, current)),
                        Beginnings.fromNewest(world)));
    }

    /** Its Secrets are there, as long as a finalizer holds them. */
    static Optional<Generation> readable(World world, Current current) {
        References references = world.references();
        return world.generations().stream()
                .filter(g -> g.digest().equals(current.digest()) && references.isReadable(g))
                .min(Comparator.comparing(g -> g.secret().equals(current.secret()) ? 0 : 1));
    }

    private static String going(World world, Generation generation) {
        return generation.deleting()
                ? generation.secret()
                : world.references().neededBy(List.of(generation)).stream()
                        .filter(Generation::deleting)
                        .map(Generation::secret)
                        .sorted()
                        .collect(Collectors.joining(", "));
    }

    /** The Secret that was made for it, or one that it refers to. */
    static String missing(World world, Current current) {
        return world.generations().stream()
                .filter(g -> g.secret().equals(current.secret()))
                .findFirst()
                .flatMap(world.references()::missing)
                .orElse(current.secret());
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

    private static Verdict held(World world, Current current, Generation generation) {
        if (!generation.kept()) {
            return Verdict.act(new Step.KeepGeneration(generation, true));
        }
        Version since = since(world, current);
        boolean seen = Rebuild.newest(world).filter(generation::equals).isPresent();
        boolean older = generation.version().compareTo(since) < 0;
        return !seen && (older || generation.candidate())
                ? Verdict.act(new Step.MarkNewest(generation, since))
                : Verdict.NOTHING;
    }

    /** Above all that was captured before the line was given last: a person may have chosen an older state to begin from. */
    private static Version since(World world, Current current) {
        Version given = new Version(world.status().epoch(), 0);
        return current.version().compareTo(given) > 0 ? current.version() : given;
    }
}
