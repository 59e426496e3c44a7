package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Holds what generations refer to with a finalizer; when somebody deletes it by hand, makes each of them again, whole; lets go
 * what nobody needs any more.
 */
final class KeepReferred implements Verb {
    @Override
    public Verdict consider(World world) {
        Current current = world.status().current();
        if (current == null || world.status().deletion() != null || world.namespaceTerminating()) {
            return Verdict.NOTHING;
        }
        References references = world.references();
        List<Generation> there =
                world.generations().stream().filter(g -> !g.deleting()).toList();
        Set<Generation> forThemselves = heldForThemselves(world, current);
        Set<Generation> needed = new HashSet<>(forThemselves);
        needed.addAll(references.neededBy(there));
        needed.addAll(references.neededBy(forThemselves));
        return Stream.<Optional<Verdict>>of(
                        needed.stream()
                                .filter(g -> !g.kept() && !g.deleting())
                                .min(Comparator.comparing(Generation::secret))
                                .map(g -> Verdict.act(new Step.KeepGeneration(g, true))),
                        there.stream()
                                .filter(g -> !references.isWhole(g) && references.isReadable(g))
                                .findFirst()
                                .map(g -> madeWhole(world, references, g)),
                        world.generations().stream()
                                .filter(g -> g.kept() && !needed.contains(g))
                                .findFirst()
                                .map(g -> Verdict.act(new Step.KeepGeneration(g, false))))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(Verdict.NOTHING);
    }

    /** What is left of the current state stays, too, while there is no whole one. */
    private static Set<Generation> heldForThemselves(World world, Current current) {
        boolean whole = world.generationOf(current.digest()).isPresent();
        return world.generations().stream()
                .filter(g -> (g.secret().equals(current.secret()) && !(whole && g.deleting()))
                        || world.status().pinned().contains(g.digest()))
                .collect(Collectors.toSet());
    }

    /** Its copy takes its place before it goes, so there is one of them at any time. */
    private static Verdict madeWhole(World world, References references, Generation broken) {
        boolean copied = world.generations().stream()
                .anyMatch(g -> references.isWhole(g)
                        && g.digest().equals(broken.digest())
                        && g.version().equals(broken.version())
                        && g.candidate() == broken.candidate());
        return copied
                ? Verdict.act(new Step.DeleteGeneration(broken))
                : Verdict.act(
                        new Step.CopyGeneration(broken, Promote.nextNumber(world)),
                        new Step.Announce(
                                true,
                                "GenerationRestored",
                                "Somebody deleted a Secret that holds a file of generation %d; the generation was made again, whole."
                                        .formatted(broken.number())));
    }
}
