package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.NodeOrders;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Deletes the oldest generations beyond {@code keepLast}; never the current one, nor one that an unanswered order names. */
final class Prune implements Verb {
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
        List<Step> steps = world.generations().stream()
                .filter(g -> !g.deleting() && !g.secret().equals(current.secret()))
                .sorted(Comparator.comparing(Generation::version)
                        .thenComparing(Generation::number)
                        .reversed())
                .skip(Math.max(0, world.policy().keepLast() - 1))
                .filter(g -> !ordered.contains(g.digest()))
                .<Step>map(Step.DeleteGeneration::new)
                .toList();
        return Verdict.act(steps);
    }
}
