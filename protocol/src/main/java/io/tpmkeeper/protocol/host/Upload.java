package io.tpmkeeper.protocol.host;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.Saved;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says which capture the cluster still needs from this host: the tip's, also after the line was taken back. */
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
        if (line == null || !line.record().equals(here.record) || line.tip() == null) {
            return new Nothing();
        }
        Digest tip = line.tip();
        boolean wanted = tip.equals(here.wanted);
        boolean known = here.saved != null && here.saved.digest().equals(tip) || here.settled.contains(tip);
        if (known && !wanted) {
            return new Nothing();
        }
        return switch (here.vm.at()) {
            case null -> new Nothing();
            case Place.InEntry(long seq) ->
                here.entries.stream().anyMatch(e -> e.seq() == seq && e.complete()) ? new Send(seq) : new Nothing();
            case Place.InDelivery(Digest digest) -> wanted ? recapture(here, line, digest) : new Nothing();
        };
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
