package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.operator.Finding.Offer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a person may choose in a world as it is, each with what is lost by it. What cannot be done now is not offered. */
final class Offers {
    private Offers() {}

    /** Each of the nodes that has something to go on with, and beside which the domain runs nowhere. */
    static List<Offer> continueOn(World world, Collection<NodeView> nodes) {
        return nodes.stream()
                .filter(n -> n.alive() && n.hostId() != null && n.facts().hasState())
                .filter(n -> !Whereabouts.runsBeside(world, n.node()))
                .map(n -> new Offer(
                        Choice.continueOn(n.node(), n.facts().run()),
                        "Continue from what %s has%s. %s"
                                .formatted(
                                        n.node(),
                                        n.facts().active() ? ", where the domain runs" : "",
                                        keptBeside(world))))
                .toList();
    }

    /** From what is current; or, where nothing was ever saved, from a blank TPM. */
    static List<Offer> beginFromCurrent(World world) {
        Current current = world.status().current();
        return current == null
                ? begin(world, null)
                : world.generationOf(current.digest()).map(g -> begin(world, g)).orElseGet(List::of);
    }

    /** From the newest state that is whole in the cluster; where there is none, from a blank TPM. */
    static List<Offer> beginFromNewest(World world) {
        return begin(world, newest(world).orElse(null));
    }

    static Optional<Generation> newest(World world) {
        return world.generations().stream()
                .filter(g -> !g.candidate() && world.references().isWhole(g))
                .max(Comparator.comparing(Generation::version).thenComparing(Generation::number));
    }

    private static List<Offer> begin(World world, @Nullable Generation from) {
        if (Whereabouts.runsBeside(world, null)) {
            return List.of();
        }
        Digest digest = from == null ? null : from.digest();
        String what = from == null
                ? "The next node that asks starts with a blank TPM: all that its keys protect is lost, unless it can be recovered otherwise (a BitLocker recovery key)."
                : "The next node that asks starts from generation %d, captured %s on %s: what the domain wrote to its TPM and UEFI variables since is lost."
                        .formatted(from.number(), from.capturedAt(), from.node());
        return List.of(new Offer(Choice.begin(digest), what));
    }

    static List<Offer> takeOver(World world, Holder holder) {
        Current current = world.status().current();
        String lost = current == null
                ? "nothing of the domain was ever saved, so it starts with a blank TPM"
                : "it starts from generation %d, confirmed %s; what %s had not saved since is lost"
                        .formatted(current.generation(), current.confirmedAt(), holder.node());
        return List.of(new Offer(
                Choice.takeOver(holder),
                "%s is off for certain: the next node that asks may start the domain; %s. If it runs there all the same, it runs twice."
                        .formatted(holder.node(), lost)));
    }

    static List<Offer> presumeOff(List<NodeView> silent) {
        List<String> names = silent.stream().map(NodeView::node).sorted().toList();
        String all = String.join(", ", names);
        return List.of(new Offer(
                Choice.presumeOff(names),
                "%s did not receive the domain, or is off for certain: it counts as not having it. If it runs there all the same, it runs twice."
                        .formatted(all)));
    }

    static List<Offer> forget(NodeView node, Run run) {
        return List.of(new Offer(
                Choice.forget(node.node(), run),
                "What run %d left on %s is no part of the domain; its files stay there for some weeks. The line goes on where it is."
                        .formatted(run.n(), node.node())));
    }

    private static String keptBeside(World world) {
        Current current = world.status().current();
        return current == null
                ? "What other nodes have of it is left aside."
                : "Generation %d is kept, and what other nodes have of it is left aside."
                        .formatted(current.generation());
    }

    static List<Offer> all(List<Offer> first, List<Offer> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** For the options of a decision, in the order in which they are shown. */
    static List<Choice> choices(List<Offer> offers) {
        List<Choice> all = new ArrayList<>();
        offers.forEach(o -> all.add(o.choice()));
        return all;
    }
}
