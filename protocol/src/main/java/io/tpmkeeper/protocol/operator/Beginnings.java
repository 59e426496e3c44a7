package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.operator.Finding.Offer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The offers to begin anew, from what the cluster has or from a blank TPM, each with what is lost by it. */
final class Beginnings {
    private Beginnings() {}

    /** From what is current, where the domain runs on one node and is to be stopped there first. */
    static List<Offer> currentOnceStopped(World world) {
        Current current = world.status().current();
        return current == null
                ? List.of()
                : Offers.whereItRuns(world)
                        .flatMap(where ->
                                world.generationOf(current.digest()).map(g -> begin(world, g, Offers.mustStop(where))))
                        .orElseGet(List::of);
    }

    /** From what is current; or, where nothing was ever saved, from a blank TPM. */
    static List<Offer> fromCurrent(World world) {
        Current current = world.status().current();
        return current == null
                ? Offers.all(fromNewer(world), begin(world, null))
                : world.generationOf(current.digest()).map(g -> begin(world, g)).orElseGet(List::of);
    }

    /** From what is current, or from what was captured later; where nothing was ever saved, from a blank TPM. */
    static List<Offer> fromSaved(World world) {
        return world.status().current() == null ? fromCurrent(world) : Offers.all(fromCurrent(world), fromNewer(world));
    }

    /** From what was captured later than what is current, as far as that is known, and was never made current. */
    static List<Offer> fromNewer(World world) {
        return newer(world).flatMap(g -> begin(world, g).stream()).toList();
    }

    /** What was captured later than what is current and is whole, the newest first. */
    static Stream<Generation> newer(World world) {
        Current current = world.status().current();
        return world.generations().stream()
                .filter(g -> world.references().isWhole(g))
                .filter(g -> current == null
                        || (g.version().compareTo(current.version()) > 0
                                && !g.digest().equals(current.digest())))
                .sorted(Comparator.comparing(Generation::version)
                        .thenComparing(Generation::number)
                        .reversed());
    }

    /** From the newest state that is whole in the cluster; where there is none, from a blank TPM. */
    static List<Offer> fromNewest(World world) {
        return begin(world, newest(world).orElse(null));
    }

    /** From exactly this one, which is whole. */
    static List<Offer> from(World world, Generation generation) {
        return begin(world, generation);
    }

    /** A person chose to go on with what the holder has, and it went silent before it obeyed: from that, where it is saved. */
    static List<Offer> fromWhatWasChosen(World world) {
        Current current = world.status().current();
        return world.holder().stream()
                .filter(n -> holderIsToGoOnWithWhatItHas(world))
                .flatMap(n -> n.facts().digests())
                .distinct()
                .filter(d -> current == null || !d.equals(current.digest()))
                .flatMap(d -> world.generationOf(d).stream())
                .filter(g -> current == null || g.version().compareTo(current.version()) < 0)
                .flatMap(g -> begin(world, g).stream())
                .toList();
    }

    /** It received the domain, or was chosen, and has not obeyed yet. */
    static boolean holderIsToGoOnWithWhatItHas(World world) {
        return world.holder()
                .flatMap(n -> world.ordersOf(n.node()))
                .flatMap(NodeOrders::open)
                .filter(o -> Content.LIVE.equals(o.tip()))
                .isPresent();
    }

    static Optional<Generation> newest(World world) {
        return world.generations().stream()
                .filter(g -> !g.candidate() && world.references().isWhole(g))
                .max(Comparator.comparing(Generation::version).thenComparing(Generation::number));
    }

    private static List<Offer> begin(World world, @Nullable Generation from) {
        return Whereabouts.runsBeside(world, null) ? List.of() : begin(world, from, "");
    }

    private static List<Offer> begin(World world, @Nullable Generation from, String first) {
        Digest digest = from == null ? null : from.digest();
        String twice = Offers.twice(world, null);
        String what = from == null
                ? "The next node that asks starts with a blank TPM: all that its keys protect is lost, unless it can be recovered otherwise (a BitLocker recovery key)."
                : "The next node that asks starts from generation %d, captured %s on %s: what the domain wrote to its TPM and UEFI variables since is lost."
                        .formatted(from.number(), from.capturedAt(), from.node());
        return List.of(new Offer(Choice.begin(digest), what + first + twice));
    }
}
