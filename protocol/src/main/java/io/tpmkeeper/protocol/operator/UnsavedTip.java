package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import java.util.List;
import java.util.Optional;

/** A holder whose newest state is not in the cluster: whether it can still come, and what is asked where it cannot. */
final class UnsavedTip {
    private UnsavedTip() {}

    /** It is torn, or not all of it is there. */
    static Finding lost(World world, String holder) {
        return new Finding(
                Finding.Reason.LOST_TAIL,
                "The state that the domain left on %s is torn or incomplete (power loss, perhaps).%s What is there was kept in the spool; %s without your word."
                        .formatted(
                                holder,
                                asTheHostSays(world),
                                world.status().current() == null
                                        ? "nothing was ever saved, and no start is allowed"
                                        : "the last good generation stays current, and no start is allowed from it"),
                // What lies there may be whole all the same: where the host file was lost, not the state.
                Offers.all(
                        Beginnings.fromSaved(world),
                        Offers.continueOn(
                                world,
                                Offers.andWhatWasLeftAside(
                                        world, world.holder().stream().toList()))));
    }

    /** What the holder's agent found there, after a space; empty: it says nothing of it. */
    static String asTheHostSays(World world) {
        return world.holder()
                .map(n -> n.facts().uploadRefused())
                .map(why -> " " + why)
                .orElse("");
    }

    /** The newest state is not in the cluster yet: whether it can still come. */
    static Verdict of(World world, HolderLine from) {
        if (isRefused(world, from)) {
            return Verdict.found(
                    new Finding(Finding.Reason.LOST_TAIL, refusedTail(world, from), Beginnings.fromSaved(world)));
        }
        Digest tip = from.line().tip();
        if (tip == null) {
            // While the first run under the line goes on, only what was captured of it is saved.
            return world.status().current() == null || from.facts().runOpen()
                    ? Verdict.NOTHING
                    : Verdict.found(forgotten(world, from));
        }
        Optional<Generation> aside = keptAside(world, from);
        if (aside.isPresent()) {
            return Verdict.found(numberedAnew(world, from, aside.get()));
        }
        boolean comes = from.facts().digests().anyMatch(tip::equals)
                || world.uploads().stream().anyMatch(u -> u.digest().equals(tip));
        return comes
                ? Verdict.NOTHING
                : Verdict.found(new Finding(
                        Finding.Reason.MISSING_STATE,
                        "%s no longer has the newest state of the domain, and it was never saved to the cluster. No start is allowed: put the state back on the node, or its host directory from a backup."
                                .formatted(from.node().node()),
                        Beginnings.fromNewest(world)));
    }

    /**
     * The newest state, where it was sent and counts as no newer than what is current, for its number had been used before: the host
     * was purged, counts anew, and the cluster's storage went back to before that. It will not become current by itself.
     */
    private static Optional<Generation> keptAside(World world, HolderLine from) {
        Current current = world.status().current();
        Digest tip = from.line().tip();
        if (current == null
                || tip == null
                || tip.equals(current.digest())
                || from.facts().runOpen()) {
            return Optional.empty();
        }
        List<Entry> ends = from.facts().entries().stream()
                .filter(e -> e.online() && e.complete() && tip.equals(e.digest()))
                .filter(e -> world.recordUid().equals(e.record())
                        && e.epoch() == world.status().epoch())
                .toList();
        boolean newer = ends.stream().anyMatch(e -> e.version().compareTo(current.version()) > 0);
        return ends.isEmpty() || newer ? Optional.empty() : world.generationOf(tip);
    }

    private static Finding numberedAnew(World world, HolderLine from, Generation aside) {
        return new Finding(
                Finding.Reason.MISSING_STATE,
                "What %s left bears a number that was used before: its files were taken away in a deletion that is undone since the cluster's storage was restored. It was saved as generation %d, and it is not known whether that, or what is current, is newer. The domain starts on %s from what is there; no start elsewhere is allowed until that is settled."
                        .formatted(
                                from.node().node(), aside.number(), from.node().node()),
                Offers.all(
                        Offers.continueOn(world, List.of(from.node())),
                        Offers.all(Beginnings.from(world, aside), Beginnings.fromSaved(world))));
    }

    /** A run under this line left what is saved, and the host has obeyed as one that never had anything. */
    private static Finding forgotten(World world, HolderLine from) {
        return new Finding(
                Finding.Reason.MISSING_STATE,
                "%s holds the domain and has forgotten what it left there: its files were taken away, by hand or in a deletion that is undone since the cluster's storage was restored. It is not known whether anything came after the state that was saved last. No start is allowed until that is settled."
                        .formatted(from.node().node()),
                Beginnings.fromNewest(world));
    }

    /** Whether verification, or the agent itself, refused the newest state: it will not come by itself. */
    static boolean isRefused(World world, HolderLine from) {
        var refused = world.status().refused();
        return from.facts().uploadRefused() != null
                || (refused != null && refused.digest().equals(from.line().tip()));
    }

    private static String refusedTail(World world, HolderLine from) {
        var refused = world.status().refused();
        String why = from.facts().uploadRefused();
        return "The newest state of the domain is on %s only, and cannot be saved: %s The domain starts from it there; no other node may start it, since what was saved last is older."
                .formatted(
                        from.node().node(),
                        why != null ? why : refused == null ? "" : refused.reason() + ": " + refused.message());
    }
}
