package io.tpmkeeper.protocol.hook;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Request.Reason;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.protocol.hostfile.Journal;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All that a host has of one domain, as far as the hook reads or writes it.
 *
 * @param index its guard there, or null where it is not protected
 * @param vm line and run
 * @param live libvirt's own files
 * @param nvramOfAnother another domain's NVRAM has that name, too, and nothing says that its state was captured
 * @param rescue second names on libvirt's filesystems
 * @param entries the spool
 * @param claims numbers of captures that are not finished
 * @param deliveries by digest
 * @param quarantine what was displaced
 * @param request reason of the request that lies there
 * @param marker what migrate or restore said of the next prepare
 */
public record HookHost(
        HostFile<IndexLine> index,
        Domain domain,
        HostFile<Vm> vm,
        LiveFiles live,
        boolean nvramOfAnother,
        Rescue rescue,
        SortedMap<Long, Captured> entries,
        SortedSet<Long> claims,
        SortedMap<String, FileMarks> deliveries,
        List<Displaced> quarantine,
        HostFile<Journal> journal,
        @Nullable Refused refused,
        @Nullable Reason request,
        HostFile<AcceptLive> accept,
        @Nullable Marker marker,
        boolean breakGlass,
        Disk disk,
        Hold hold) {

    /** The domain's line in the index. @param guard null: it has none */
    public record IndexLine(@Nullable Guard guard) {}

    /** {@code domain/<uuid>}, as far as it is believed. */
    public sealed interface Domain {
        /** There is none, or none that can be read, or it is of another name. */
        record Unseen() implements Domain {}

        record NoTpm() implements Domain {}

        record Seen(boolean nvram) implements Domain {}
    }

    /**
     * Second names of the run's files.
     *
     * @param vars made at started: what the run writes, whatever happens to the first name
     * @param ended a rescue is whole, and for this run
     */
    public record Rescue(
            FileState tpm, FileState vars, @Nullable Ended ended) {
        public static final Rescue NOTHING = new Rescue(FileState.ABSENT, FileState.ABSENT, null);
    }

    /** @param run 0: one that the host file does not know */
    public record Ended(long run, Ending how) {}

    /** A committed capture. @param meta with time 0. @param files what lies there now, which may have rotted since */
    public record Captured(EntryMeta meta, FileMarks files) {}

    /** One file in quarantine. @param name {@code tpm2} or {@code vars} */
    public record Displaced(String name, FileState state) {}

    /** {@code refused/<uuid>}. @param passedBy what let it through; null: refused */
    public record Refused(String reason, @Nullable String passedBy, boolean consumed) {}

    /** An administrator's word. @param tip null: none */
    public record AcceptLive(@Nullable Digest tip, @Nullable Digest live) {}

    /** @param kind null: it cannot be read. @param believed of the same libvirtd, and young */
    public record Marker(@Nullable RunKind kind, boolean believed) {}

    /** What can be written. @param spool the domain's spool. @param reserve its reserve. @param rescue second names */
    public record Disk(boolean spool, boolean reserve, boolean rescue) {
        public static final Disk GOOD = new Disk(true, true, true);
    }

    /** @param held a stop is. @param letGo an administrator says that it may end */
    public record Hold(boolean held, boolean letGo) {}

    public HookHost {
        entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
        claims = Collections.unmodifiableSortedSet(new TreeSet<>(claims));
        deliveries = Collections.unmodifiableSortedMap(new TreeMap<>(deliveries));
        quarantine = List.copyOf(quarantine);
    }
}
