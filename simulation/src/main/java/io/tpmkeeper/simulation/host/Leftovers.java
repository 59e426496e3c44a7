package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.Saved;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What lies on a host of a domain although nothing needs it there, once all that could be saved is.
 *
 * <p>Of what ended under the line as it is now the holder keeps the entry of its tip and nothing else, and every other host
 * nothing; only while the tip is refused does the holder keep what came before it, too, since that may be the last good end. What the
 * cluster holds as current lies nowhere but as the tip. For as long as captures are retained there may lie what was never saved of an
 * older line, or of none (off-line). After that time only what may still count: the end of the last run, if that is not void (it may be
 * adopted, or committed), and the end of an older line under which nothing newer was saved.
 *
 * <p>A host that was fenced, though it ran, when another VmTpmState of the domain was deleted holds the line of that one's record still, and
 * is cleaned by nobody: a limit that docs/protocol.md names.
 */
public final class Leftovers {
    private final Host host;
    private final String record;
    private final @Nullable Saved saved;
    private final Vm vm;

    /** @param record uid of the one that protects the domain now. @param saved what is current in the cluster */
    public Leftovers(Host host, String record, @Nullable Saved saved) {
        this.host = host;
        this.record = record;
        this.saved = saved;
        this.vm = host.disk.vm();
    }

    /** @param retained whether captures that are no part of the line may still be kept. @return in words; empty: nothing */
    public List<String> list(boolean retained) {
        List<String> found = new ArrayList<>();
        if (holdsTheLineOfAnotherRecord()) {
            return found;
        }
        List<Entry> entries =
                host.disk.entries.values().stream().map(c -> c.meta().entry()).toList();
        List<Entry> tips = entries.stream().filter(this::isTips).toList();
        tips.stream().skip(1).forEach(e -> found.add("another entry of the tip, " + e));
        for (Entry entry : entries) {
            if (!isTips(entry) && !mayLie(entry, retained)) {
                found.add("entry " + entry);
            }
        }
        host.disk.deliveries.keySet().stream()
                .filter(d -> !tips.isEmpty() || !isTip(d))
                .forEach(d -> found.add("delivery " + d));
        return found;
    }

    private boolean holdsTheLineOfAnotherRecord() {
        Line line = vm.line();
        return line != null
                && line.state() != LineState.TOMBSTONE
                && !line.record().equals(record);
    }

    private boolean isTips(Entry entry) {
        return entry.digest() != null
                && isTip(entry.digest().hex())
                && (!(vm.at() instanceof Place.InEntry(long seq)) || seq == entry.seq());
    }

    private boolean isTip(String digest) {
        Line line = vm.line();
        return line != null
                && line.isHeld()
                && line.record().equals(record)
                && line.tip() != null
                && line.tip().hex().equals(digest);
    }

    private boolean mayLie(Entry entry, boolean retained) {
        Line line = vm.line();
        if (line != null && isOf(line, entry)) {
            return line.isHeld() && !isSaved(line.tip());
        }
        return !isSaved(entry.digest()) && (retained || isLastRunsEnd(entry) || isNewest(entry));
    }

    private boolean isOf(Line line, Entry entry) {
        return entry.online()
                && record.equals(entry.record())
                && entry.epoch() >= line.epoch()
                && (entry.complete() || (entry.epoch() == line.epoch() && !isOfAVoidRun(entry)));
    }

    /** Storage that went back can have given an older line again. */
    private boolean isOfAVoidRun(Entry entry) {
        Run run = vm.run();
        return run != null && run.voided() && run.n() == entry.run();
    }

    private boolean isSaved(@Nullable Digest digest) {
        return digest != null && saved != null && digest.equals(saved.digest());
    }

    private boolean isNewest(Entry entry) {
        boolean anEnd = entry.online() && entry.complete() && !entry.whileRunning();
        return anEnd
                && (saved == null
                        || (record.equals(entry.record())
                                && entry.epoch() >= saved.version().epoch()));
    }

    private boolean isLastRunsEnd(Entry entry) {
        Run run = vm.run();
        return run != null && !run.voided() && run.n() == entry.run();
    }
}
