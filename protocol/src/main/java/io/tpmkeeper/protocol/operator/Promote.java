package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.Kind;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Trigger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes a verified capture of the line's holder the current state; keeps every other one as a candidate for a restore and
 * nothing more; refuses what is not what it says it is. In this order, so that a crash between any two loses nothing:
 * generation, record, grant, upload deleted.
 */
final class Promote implements Verb {
    @Override
    public Verdict consider(World world) {
        if (world.namespaceTerminating()) {
            // The API server lets nobody make a generation there any more; Delete clears the uploads.
            return Verdict.NOTHING;
        }
        if (!world.unreadable().isEmpty()) {
            return clear(world.unreadable().getFirst());
        }
        return world.uploads().stream()
                .min(Comparator.comparing(Upload::version).thenComparing(Upload::name))
                .map(u -> one(world, u))
                .orElse(Verdict.NOTHING);
    }

    /** Its name goes free with it, so the node that has the capture sends it again. */
    private static Verdict clear(World.Unreadable upload) {
        return Verdict.act(
                new Step.Announce(
                        true,
                        "CaptureRefused",
                        "The upload %s was refused and deleted: %s: %s Nothing is lost: its node still has the capture and sends it again. If this comes back, look who else writes into the agents' namespace."
                                .formatted(upload.name(), upload.reason(), upload.message())),
                new Step.DeleteUpload(upload.name()));
    }

    private static Verdict one(World world, Upload upload) {
        if (upload.verdict() instanceof Upload.Verdict.Refused refused) {
            return refuse(world, upload, refused);
        }
        Optional<Generation> made = world.generationOf(upload.digest());
        Current current = world.status().current();
        if (current != null && current.digest().equals(upload.digest())) {
            return again(world, upload, current, made);
        }
        if (isNewest(world, upload)) {
            return promote(world, upload, made);
        }
        if (isPassed(world, upload)) {
            return settle(world, upload);
        }
        return made.isEmpty() ? Verdict.act(make(world, upload, nextNumber(world), true)) : settle(world, upload);
    }

    /** What is current already: sent again since its Secret had gone, or captured again without a change. */
    private static Verdict again(World world, Upload upload, Current current, Optional<Generation> made) {
        if (made.isEmpty()) {
            return Verdict.act(make(world, upload, nextNumber(world), false));
        }
        if (!made.get().secret().equals(current.secret())) {
            Current renamed = current(made.get(), upload, world).confirmed(current.version(), world.nowText());
            return Verdict.act(new Step.WriteRecord(world.status().withCurrentNamed(renamed)));
        }
        return isNewest(world, upload)
                ? Verdict.act(
                        new Step.WriteRecord(
                                world.status().withCurrent(current.confirmed(upload.version(), world.nowText()))),
                        Confirm.told(current, upload.node()))
                : settle(world, upload);
    }

    /** From the holder, under the line it has now, from an on-line run, whole, and newer than current: a fast-forward. */
    static boolean isNewest(World world, Upload upload) {
        Holder holder = world.status().holder();
        Current current = world.status().current();
        return holder != null
                && world.recordUid().equals(upload.record())
                && holder.node().equals(upload.node())
                && holder.hostId().equals(upload.hostId())
                && upload.version().epoch() == world.status().epoch()
                && upload.online()
                && upload.complete()
                && (current == null || upload.version().compareTo(current.version()) > 0);
    }

    /** The record may name the generation at once: its name is known, and the steps are taken in their order. */
    private static Verdict promote(World world, Upload upload, Optional<Generation> made) {
        if (made.isPresent()) {
            Current next = current(made.get(), upload, world);
            return told(
                    upload, List.of(new Step.WriteRecord(world.status().withCurrent(next)), promoted(next, upload)));
        }
        long number = nextNumber(world);
        Current next = new Current(
                number,
                upload.version(),
                upload.digest(),
                world.ownerNamespace(),
                world.generationName(number),
                upload.capturedAt(),
                world.nowText(),
                upload.trigger(),
                upload.node(),
                upload.source());
        List<Step> steps = new ArrayList<>(make(world, upload, number, false));
        steps.add(new Step.WriteRecord(world.status().withCurrent(next)));
        steps.add(new Step.Announce(
                false,
                "Captured",
                "%s captured what the domain left after %s (%s) and sent it; it was verified."
                        .formatted(
                                upload.node(), upload.trigger(), upload.digest().brief())));
        steps.add(promoted(next, upload));
        return told(upload, steps);
    }

    /** Without the Events where captures come every few minutes: who was told of each would overlook what matters. */
    private static Verdict told(Upload upload, List<Step> steps) {
        return Verdict.act(steps.stream()
                .filter(s -> upload.trigger() != Trigger.LIVE || !(s instanceof Step.Announce))
                .toList());
    }

    /** It came late: something newer of the same line is saved, so it is not even worth a restore. */
    private static boolean isPassed(World world, Upload upload) {
        Current current = world.status().current();
        return upload.trigger() == Trigger.LIVE
                && upload.online()
                && current != null
                && world.recordUid().equals(upload.record())
                && upload.version().epoch() == current.version().epoch()
                && upload.version().compareTo(current.version()) < 0;
    }

    private static Step promoted(Current next, Upload upload) {
        return new Step.Announce(
                false,
                "Promoted",
                "Generation %d saved from %s after %s (%s)."
                        .formatted(
                                next.generation(),
                                upload.node(),
                                upload.trigger(),
                                upload.digest().brief()));
    }

    private static Verdict refuse(World world, Upload upload, Upload.Verdict.Refused refused) {
        var noted = new RecordStatus.Refused(
                upload.node(),
                upload.version(),
                upload.digest(),
                refused.reason(),
                refused.message(),
                upload.capturedAt());
        boolean ofTheLine =
                world.recordUid().equals(upload.record()) && world.status().heldBy(upload.node());
        if (ofTheLine && !noted.equals(world.status().refused())) {
            return Verdict.act(
                    new Step.WriteRecord(world.status().withRefused(noted)),
                    new Step.Announce(
                            true,
                            "CaptureRefused",
                            "The capture %s of %s was refused: %s: %s It stays on the node, and the last good generation stays current."
                                    .formatted(upload.version(), upload.node(), refused.reason(), refused.message())));
        }
        return settle(world, upload);
    }

    /** The node is told first that it need not send this again; only then the upload goes. */
    private static Verdict settle(World world, Upload upload) {
        NodeView node = world.nodes().get(upload.node());
        GrantSpec grant = node == null ? null : node.grant();
        if (grant != null && !grant.isSafe(upload.digest())) {
            List<Digest> settled = new ArrayList<>(grant.settled());
            settled.add(upload.digest());
            return Verdict.act(new Step.WriteGrant(grant.withSettled(settled)));
        }
        return Verdict.act(new Step.DeleteUpload(upload.name()));
    }

    /** A file that a generation holds already is not stored again. What holds it gets the finalizer before anything relies on it. */
    private static List<Step> make(World world, Upload upload, long number, boolean candidate) {
        SortedMap<Kind, Generation> holding = world.references().holding(upload.files(), world.ownerNamespace());
        List<Step> steps = new ArrayList<>();
        holding.values().stream()
                .distinct()
                .filter(g -> !g.kept())
                .forEach(g -> steps.add(new Step.KeepGeneration(g, true)));
        SortedMap<Kind, String> elsewhere = new TreeMap<>();
        holding.forEach((kind, g) -> elsewhere.put(kind, g.secret()));
        steps.add(new Step.MakeGeneration(upload, number, candidate, elsewhere));
        return steps;
    }

    static long nextNumber(World world) {
        long highest =
                world.generations().stream().mapToLong(Generation::number).max().orElse(0);
        return Math.max(highest, world.status().lastGeneration()) + 1;
    }

    private static Current current(Generation made, Upload upload, World world) {
        return new Current(
                made.number(),
                upload.version(),
                made.digest(),
                made.namespace(),
                made.secret(),
                made.capturedAt(),
                world.nowText(),
                upload.trigger(),
                upload.node(),
                upload.source());
    }
}
