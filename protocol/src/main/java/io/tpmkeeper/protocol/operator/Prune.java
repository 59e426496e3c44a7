package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.NodeOrders;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Deletes the generations that {@link Retention} does not keep; never the current one, nor one that an unanswered order names,
 * nor what one that stays refers to.
 */
final class Prune implements Verb {
    /** Before what it refers to: so each that is there is whole at any time. */
    private static final Comparator<Generation> REFERRING_FIRST = Comparator.<Generation>comparingInt(
                    g -> g.refersTo().isEmpty() ? 1 : 0)
            .thenComparing(Comparator.comparing(Generation::version)
                    .thenComparing(Generation::number)
                    .reversed());

    @Override
    public Verdict consider(World world) {
        Current current = world.status().current();
        if (current == null || world.status().deletion() != null) {
            return Verdict.NOTHING;
        }
        Set<Digest> ordered = world.status().nodes().stream()
                .filter(NodeOrders::unanswered)
                .map(NodeOrders::order)
                .filter(Objects::nonNull)
                .map(o -> o.tip() instanceof Content.Of of ? of.digest() : null)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        List<Generation> there =
                world.generations().stream().filter(g -> !g.deleting()).toList();
        Set<Generation> stay = new HashSet<>(world.policy().retention().keeps(there));
        there.stream()
                .filter(g -> g.secret().equals(current.secret())
                        || ordered.contains(g.digest())
                        || world.status().pinned().contains(g.digest()))
                .forEach(stay::add);
        stay.addAll(world.references().neededBy(stay));
        List<Step> steps = there.stream()
                .filter(g -> !stay.contains(g))
                .sorted(REFERRING_FIRST)
                .<Step>map(Step.DeleteGeneration::new)
                .toList();
        return Verdict.act(steps);
    }
}
