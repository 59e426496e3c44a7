package io.tpmkeeper.protocol.host;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Saved;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says what need not lie on the host any longer. What it does not name stays. */
public final class Sweep {
    private static final long SECONDS_A_DAY = 86_400;

    private Sweep() {}

    /**
     * A capture.
     *
     * @param how its run ended; null: it had not
     * @param captured Unix seconds
     */
    public record Kept(Entry entry, @Nullable Ending how, long captured) {}

    /** Something set aside. @param since Unix seconds */
    public record Displaced(long n, long since) {}

    /**
     * How many days that which no rule of the protocol deletes is kept.
     *
     * @param unprotected the newest capture of a domain that nobody protects
     * @param offline captures that are no part of the line
     */
    public record Retention(int unprotected, int offline, int quarantine) {
        public static final Retention DEFAULT = new Retention(30, 30, 30);
    }

    /**
     * @param record uid in whose name the node is asked; null: there is no grant
     * @param indexed whether the domain is protected
     * @param saved and {@code settled}: what the cluster has, by the grant
     * @param wanted the digest to send again
     * @param ordered the tip of an order that is not obeyed yet
     * @param now Unix seconds
     */
    public record World(
            @Nullable String record,
            boolean indexed,
            Vm vm,
            List<Kept> entries,
            List<Digest> deliveries,
            List<Displaced> quarantine,
            @Nullable Saved saved,
            List<Digest> settled,
            @Nullable Digest wanted,
            @Nullable Digest ordered,
            long now,
            Retention retention) {}

    /** What may be deleted. */
    public record Deletable(List<Long> entries, List<Digest> deliveries, List<Long> quarantine) {}

    public static Deletable decide(World here) {
        return new Deletable(
                here.entries.stream()
                        .filter(kept -> mayGo(kept, here))
                        .map(kept -> kept.entry.seq())
                        .toList(),
                here.deliveries.stream().filter(d -> deliveryMayGo(d, here)).toList(),
                here.quarantine.stream()
                        .filter(d -> older(d.since, here.retention.quarantine, here))
                        .map(Displaced::n)
                        .toList());
    }

    private static boolean mayGo(Kept kept, World here) {
        Entry entry = kept.entry;
        if (here.wanted != null && here.wanted.equals(entry.digest())) {
            return false;
        }
        if (here.ordered != null && here.ordered.equals(entry.digest())) {
            return false;
        }
        if (entry.seq() > here.vm.seq()) {
            // Whoever made it died before the host file had its number. Only the entry's own name keeps the number from
            // being used again; and what is captured under one that the cluster knows counts as no newer.
            return false;
        }
        Line line = here.vm.line();
        if (here.record == null && !here.indexed && line == null) {
            return isFollowed(kept, here) || older(kept.captured, here.retention.unprotected, here);
        }
        if (isTips(entry, here)) {
            // A Move's Tombstone keeps the epoch under which its tip was captured; a higher one says that the line was
            // given elsewhere, and so does one of another record: epochs of two records are not compared.
            boolean elsewhere = line != null
                    && line.state() == LineState.TOMBSTONE
                    && (entry.epoch() < line.epoch() || !line.record().equals(entry.record()));
            return elsewhere && verified(entry, here);
        }
        if (verified(entry, here) || isPassed(entry, here)) {
            return true;
        }
        if (entry.online() && !isOver(entry, here)) {
            return false;
        }
        return !isLastRunsEnd(entry, here) && older(kept.captured, here.retention.offline, here);
    }

    private static boolean isTips(Entry entry, World here) {
        Line line = here.vm.line();
        if (line == null || line.tip() == null) {
            return false;
        }
        return switch (here.vm.at()) {
            // What ran here beside the line may have ended with the same content: where the line is gone, that keeps
            // nothing.
            case null -> line.tip().equals(entry.digest()) && (entry.online() || line.state() != LineState.TOMBSTONE);
            case Place.InEntry(long seq) -> seq == entry.seq();
            case Place.InDelivery delivery -> false;
        };
    }

    /** The cluster has it, or something newer of the same line. */
    private static boolean verified(Entry entry, World here) {
        Digest digest = entry.digest();
        if (digest != null && here.settled.contains(digest)) {
            return true;
        }
        if (here.saved == null) {
            return false;
        }
        boolean newerOfTheLine = entry.online()
                && Objects.equals(entry.record(), here.record)
                && here.saved.version().epoch() == entry.epoch()
                && here.saved.version().compareTo(entry.version()) >= 0;
        return newerOfTheLine || here.saved.digest().equals(digest);
    }

    /** It is of the middle of a run, and something newer of the same line was captured whole. */
    private static boolean isPassed(Entry entry, World here) {
        return entry.whileRunning()
                && here.entries.stream()
                        .map(Kept::entry)
                        .anyMatch(e -> e.online()
                                && e.complete()
                                && e.seq() > entry.seq()
                                && e.epoch() == entry.epoch()
                                && Objects.equals(e.record(), entry.record()));
    }

    /**
     * Of an older line nothing but the tip is ever sent: once something newer is saved under another line, a whole end of it that never was
     * can become nothing any more. A torn one, or what was captured while it ran, was nobody's to go on from before; nor is it where storage
     * that went back has given an older line again, once its run is void or followed by another.
     */
    private static boolean isOver(Entry entry, World here) {
        Line line = here.vm.line();
        if (line == null) {
            return false;
        }
        boolean ofAnOlderLine = entry.epoch() < line.epoch() || !line.record().equals(entry.record());
        boolean anEnd = entry.complete() && !entry.whileRunning();
        return anEnd
                ? ofAnOlderLine && isSavedSince(entry, here)
                : ofAnOlderLine || entry.epoch() > line.epoch() || isOfAVoidRun(entry, here);
    }

    private static boolean isOfAVoidRun(Entry entry, World here) {
        return here.vm.run() != null
                && here.vm.run().voided()
                && entry.run() == here.vm.run().n();
    }

    private static boolean isSavedSince(Entry entry, World here) {
        return here.saved != null
                && (here.saved.version().epoch() > entry.epoch() || !Objects.equals(entry.record(), here.record));
    }

    /** A run that is not void may still be committed or adopted. */
    private static boolean isLastRunsEnd(Entry entry, World here) {
        return here.vm.run() != null
                && !here.vm.run().voided()
                && entry.run() == here.vm.run().n();
    }

    /**
     * Something as good was captured since, or it is torn and there is a whole one. What is not known to have ended as a domain ends may
     * never have been it (a start or a migration that failed): it takes the place of nothing better.
     */
    private static boolean isFollowed(Kept kept, World here) {
        return here.entries.stream()
                .anyMatch(k -> k.entry.seq() > kept.entry.seq()
                        ? (k.entry.complete() || !kept.entry.complete()) && (!isDoubtful(k) || isDoubtful(kept))
                        : k.entry.complete() && !kept.entry.complete());
    }

    private static boolean isDoubtful(Kept kept) {
        return kept.how == null
                || switch (kept.how) {
                    case SHUTDOWN, DESTROYED, CRASHED, SAVED, MIGRATED -> false;
                    case FAILED, LOST, INCOMPLETE, UNKNOWN -> true;
                };
    }

    /** What was delivered came out of the cluster, so only its use on this host can keep it. */
    private static boolean deliveryMayGo(Digest digest, World here) {
        Line line = here.vm.line();
        if (line == null || digest.equals(here.ordered) || digest.equals(here.wanted)) {
            return false;
        }
        if (line.state() == LineState.TOMBSTONE) {
            return true;
        }
        boolean lies = here.vm.at() instanceof Place.InEntry(long seq)
                && here.entries.stream().anyMatch(k -> k.entry.seq() == seq);
        return !digest.equals(line.tip()) || lies;
    }

    private static boolean older(long since, int days, World here) {
        return here.now - since > days * SECONDS_A_DAY;
    }
}
