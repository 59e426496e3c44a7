package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Version;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;

/**
 * A run that ended with the very content that is current, or a domain that was looked at and has it: nothing is written but the
 * newer version.
 */
final class Confirm implements Verb {
    @Override
    public Verdict consider(World world) {
        Current current = world.status().current();
        if (current == null) {
            return Verdict.NOTHING;
        }
        Optional<Version> newer = HolderLine.of(world)
                .filter(h -> current.digest().equals(h.line().tip()))
                .flatMap(h -> h.facts().entries().stream()
                        .filter(e ->
                                e.online() && e.complete() && current.digest().equals(e.digest()))
                        .filter(e -> world.recordUid().equals(e.record())
                                && e.epoch() == world.status().epoch())
                        .map(Entry::version)
                        .max(Comparator.naturalOrder()))
                .filter(v -> v.compareTo(current.version()) > 0);
        Optional<Version> seen = HolderLine.of(world)
                .map(h -> h.facts().captured())
                .filter(c -> c.unchanged() && current.digest().equals(c.digest()))
                .map(Facts.Captured::version)
                .filter(v -> v.epoch() == world.status().epoch() && v.compareTo(current.version()) > 0);
        if (seen.isPresent()) {
            return Verdict.act(
                    new Step.WriteRecord(world.status().withCurrent(current.confirmed(seen.get(), world.nowText()))));
        }
        return newer.map(v -> Verdict.act(
                        new Step.WriteRecord(world.status().withCurrent(current.confirmed(v, world.nowText()))),
                        told(
                                current,
                                Objects.requireNonNull(world.status().holder()).node())))
                .orElse(Verdict.NOTHING);
    }

    static Step.Announce told(Current current, String node) {
        return new Step.Announce(
                false,
                "Confirmed",
                "The domain stopped on %s and left what generation %d holds already."
                        .formatted(node, current.generation()));
    }
}
