package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.RecordStatus;
import java.util.Comparator;
import java.util.Optional;

/**
 * Makes a record that knows of nothing name the newest generation: the record was lost, or its status. So nothing is begun from
 * a blank TPM although state was saved.
 *
 * <p>The newest is taken whether or not all of it is there: what is missing is asked for, or said to be, and an older state does
 * not take its place.
 */
final class Rebuild implements Verb {
    @Override
    public Verdict consider(World world) {
        RecordStatus status = world.status();
        boolean knowsNothing =
                status.epoch() == 0 && status.holder() == null && status.current() == null && status.deletion() == null;
        return knowsNothing && !world.namespaceTerminating()
                ? newest(world).map(g -> rebuilt(world, g)).orElse(Verdict.NOTHING)
                : Verdict.NOTHING;
    }

    /** What becomes current where nothing else is known. */
    static Optional<Generation> newest(World world) {
        return world.generations().stream()
                .filter(g -> !g.candidate())
                .max(Comparator.comparing(Generation::version)
                        .thenComparing(world.references()::isWhole)
                        .thenComparing(Generation::number));
    }

    /** The epoch goes on from there, so that none is given twice. */
    private static Verdict rebuilt(World world, Generation newest) {
        RecordStatus next = world.status()
                .withHolder(null, newest.version().epoch())
                .withCurrent(new Current(
                        newest.number(),
                        newest.version(),
                        newest.digest(),
                        newest.namespace(),
                        newest.secret(),
                        newest.capturedAt(),
                        newest.capturedAt(),
                        newest.trigger(),
                        newest.node(),
                        newest.source()));
        return Verdict.act(
                new Step.WriteRecord(next),
                new Step.Announce(
                        true,
                        "RecordRebuilt",
                        "The VmTpmRecord %s, or its status, was lost. It was rebuilt from what is saved: generation %d, captured on %s, is the newest."
                                .formatted(world.domainUuid(), newest.number(), newest.node())));
    }
}
