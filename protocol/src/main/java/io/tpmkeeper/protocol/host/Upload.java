package io.tpmkeeper.protocol.host;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.Saved;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says which capture the cluster still needs from this host: the newest one of a run that goes on, or whose end is torn; and the
 * tip's, also after the line was taken back.
 */
public final class Upload {
    private Upload() {}

    /**
     * @param record uid in whose name the node was asked
     * @param settled digests that were verified or refused
     * @param wanted a digest to send again all the same
     */
    public record World(
            String record,
            Vm vm,
            List<Entry> entries,
            @Nullable Saved saved,
            List<Digest> settled,
            @Nullable Digest wanted) {}

    /** What to do. */
    public sealed interface Decision {}

    /** Nothing is missing. */
    public record Nothing() implements Decision {}

    /** Send this entry. */
    public record Send(long seq) implements Decision {}

    /**
     * The content is wanted and lies here only as a delivery, which has no version: make it an entry first.
     *
     * @param next the host file after that
     */
    public record Recapture(Capture capture, Vm next) implements Decision {}

    public static Decision decide(World here) {
        Line line = here.vm.line();
        if (line == null || !line.record().equals(here.record)) {
            return new Nothing();
        }
        Optional<Entry> live = newestLive(here, line);
        if (live.isPresent()) {
            return new Send(live.get().seq());
        }
        if (line.tip() == null) {
            return new Nothing();
        }
        Digest tip = line.tip();
        boolean wanted = tip.equals(here.wanted);
        if (isKnown(here, tip) && !wanted) {
            return new Nothing();
        }
        return switch (here.vm.at()) {
            case null -> new Nothing();
            case Place.InEntry(long seq) ->
                here.entries.stream().anyMatch(e -> e.seq() == seq && e.complete()) ? new Send(seq) : new Nothing();
            case Place.InDelivery(Digest digest) -> wanted ? recapture(here, line, digest) : new Nothing();
        };
    }

    private static boolean isKnown(World here, Digest digest) {
        return (here.saved != null && here.saved.digest().equals(digest)) || here.settled.contains(digest);
    }

    /** The newest of the line, if it is of the middle of a run: an end that is whole passes it. */
    private static Optional<Entry> newestLive(World here, Line line) {
        return here.entries.stream()
                .filter(e -> e.online() && e.complete() && e.digest() != null)
                .filter(e -> line.record().equals(e.record()) && line.epoch() == e.epoch())
                .max(Comparator.comparingLong(Entry::seq))
                .filter(Entry::whileRunning)
                .filter(e ->
                        Objects.equals(e.digest(), here.wanted) || !isKnown(here, Objects.requireNonNull(e.digest())));
    }

    private static Decision recapture(World here, Line line, Digest digest) {
        long seq = here.vm.seq() + 1;
        Entry entry = new Entry(
                seq, line.epoch(), line.record(), 0, digest, true, true, io.tpmkeeper.protocol.Trigger.MANUAL);
        return new Recapture(
                new Capture(new Place.InDelivery(digest), entry, null),
                here.vm.withSeq(seq).with(line, new Place.InEntry(seq)));
    }
}
