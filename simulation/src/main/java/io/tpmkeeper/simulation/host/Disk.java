package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Request.Reason;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.hook.FileState;
import io.tpmkeeper.protocol.hook.HookHost;
import io.tpmkeeper.protocol.hook.HookHost.AcceptLive;
import io.tpmkeeper.protocol.hook.HookHost.Captured;
import io.tpmkeeper.protocol.hook.HookHost.Displaced;
import io.tpmkeeper.protocol.hook.HookHost.Domain;
import io.tpmkeeper.protocol.hook.HookHost.Hold;
import io.tpmkeeper.protocol.hook.HookHost.IndexLine;
import io.tpmkeeper.protocol.hook.HookHost.Marker;
import io.tpmkeeper.protocol.hook.HookHost.Refused;
import io.tpmkeeper.protocol.hook.HookHost.Rescue;
import io.tpmkeeper.protocol.hook.HostFile;
import io.tpmkeeper.protocol.hook.LiveFiles;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.FileMark;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.protocol.hostfile.Journal;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a host has of the domain, to be changed by libvirt, hook, agent and people. */
final class Disk {
    HostFile<IndexLine> index = HostFile.of(new IndexLine(null));
    Domain domain = new Domain.Unseen();
    HostFile<Vm> vm = HostFile.missing();
    LiveFiles live = LiveFiles.NOTHING;
    /** Another VM has its NVRAM under this one's name, and has not been captured. */
    boolean nvramOfAnother;

    Rescue rescue = Rescue.NOTHING;
    /** The NVRAM that a guest has open once its name is gone, or is another file's; null: it is what has the name. */
    @Nullable
    FileMark nameless;

    TreeMap<Long, Captured> entries = new TreeMap<>();
    TreeSet<Long> claims = new TreeSet<>();
    TreeMap<String, FileMarks> deliveries = new TreeMap<>();
    List<Displaced> quarantine = new ArrayList<>();
    HostFile<Journal> journal = HostFile.missing();

    @Nullable
    Refused refused;

    @Nullable
    Reason request;

    HostFile<AcceptLive> accept = HostFile.missing();

    @Nullable
    Marker marker;

    boolean breakGlass;
    HookHost.Disk room = HookHost.Disk.GOOD;
    Hold hold = new Hold(false, false);

    HookHost read() {
        return new HookHost(
                index,
                domain,
                vm,
                live,
                nvramOfAnother,
                rescue,
                entries,
                claims,
                deliveries,
                quarantine,
                journal,
                refused,
                request,
                accept,
                marker,
                breakGlass,
                room,
                hold);
    }

    void become(HookHost next) {
        index = next.index();
        domain = next.domain();
        vm = next.vm();
        live = next.live();
        rescue = next.rescue();
        entries = new TreeMap<>(next.entries());
        claims = new TreeSet<>(next.claims());
        deliveries = new TreeMap<>(next.deliveries());
        quarantine = new ArrayList<>(next.quarantine());
        journal = next.journal();
        refused = next.refused();
        request = next.request();
        accept = next.accept();
        marker = next.marker();
        breakGlass = next.breakGlass();
        room = next.disk();
        hold = next.hold();
    }

    /** Line and run; nothing where the file is missing or unreadable. */
    Vm vm() {
        Vm read = vm.valueOrNull();
        return read == null ? Vm.NOTHING : read;
    }

    static FileState plain(@Nullable FileMark mark) {
        return mark == null ? FileState.ABSENT : new FileState.Plain(mark, false);
    }

    static LiveFiles files(FileMarks marks) {
        return new LiveFiles(plain(marks.tpm()), plain(marks.vars()));
    }

    /** What a guest that runs has in its files. */
    FileMarks open() {
        FileMarks named = live.marks();
        return nameless == null ? named : new FileMarks(named.tpm(), nameless);
    }

    /** Writes the domain's files. NVRAM is written in place, so its second name shows the same. */
    void write(FileMarks marks) {
        FileState before = plain(open().vars());
        FileState vars = plain(marks.vars());
        if (nameless == null) {
            live = files(marks);
        } else {
            live = new LiveFiles(plain(marks.tpm()), live.vars());
            nameless = marks.vars();
        }
        if (rescue.vars().isThere() && rescue.vars().equals(before)) {
            rescue = new Rescue(rescue.tpm(), vars, rescue.ended());
        }
    }

    /** The name of the NVRAM goes, or becomes another file's; a guest that has the file open goes on writing it. */
    void unlinkVars(boolean inUse, FileState next) {
        nameless = inUse ? open().vars() : null;
        live = new LiveFiles(live.tpm(), next);
    }

    /** The hook's model has no clock: what it captured gets the time. */
    void stamp(long now) {
        entries.replaceAll((seq, c) -> c.meta().captured() != 0
                ? c
                : new Captured(
                        new EntryMeta(
                                c.meta().entry(),
                                c.meta().how(),
                                c.meta().files(),
                                now,
                                c.meta().boot()),
                        c.files()));
    }

    /** Each with its time, as people are told of it. */
    List<Entry> told() {
        return entries.values().stream()
                .map(c -> c.meta().entry().toldWith("at " + c.meta().captured()))
                .toList();
    }

    boolean liveIsTorn() {
        return live.tpm() instanceof FileState.Plain plain && plain.torn();
    }

    /** Power is lost: what lay in memory goes. */
    void losePower() {
        marker = null;
        accept = HostFile.missing();
        breakGlass = false;
        hold = new Hold(false, false);
    }

    /** The host directory is lost; libvirt's own files, and what lies beside them, stay. */
    void loseDirectory() {
        index = HostFile.missing();
        domain = new Domain.Unseen();
        vm = HostFile.missing();
        entries.clear();
        claims.clear();
        deliveries.clear();
        quarantine.clear();
        journal = HostFile.missing();
        refused = null;
        request = null;
    }

    /** What a purge takes. What another run put aside waits for somebody to fetch it. */
    void purge() {
        Run last = vm().run();
        if (last != null && (rescue.ended() == null || rescue.ended().run() == last.n())) {
            rescue = Rescue.NOTHING;
        }
        vm = HostFile.missing();
        entries.clear();
        claims.clear();
        deliveries.clear();
        quarantine.clear();
        journal = HostFile.missing();
        refused = null;
    }
}
