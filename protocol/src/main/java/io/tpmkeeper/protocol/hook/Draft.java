package io.tpmkeeper.protocol.hook;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Request.Reason;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.hook.HookHost.AcceptLive;
import io.tpmkeeper.protocol.hook.HookHost.Captured;
import io.tpmkeeper.protocol.hook.HookHost.Displaced;
import io.tpmkeeper.protocol.hook.HookHost.Domain;
import io.tpmkeeper.protocol.hook.HookHost.Hold;
import io.tpmkeeper.protocol.hook.HookHost.Marker;
import io.tpmkeeper.protocol.hook.HookHost.Refused;
import io.tpmkeeper.protocol.hook.HookHost.Rescue;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.protocol.hostfile.Journal;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The host while a call is at work on it. {@link #checkpoint} wherever the sh has made something durable, or only visible. */
final class Draft {
    private final List<HookHost> checkpoints = new ArrayList<>();
    private final HookHost found;
    final SortedMap<Long, Captured> entries;
    final SortedSet<Long> claims;
    final SortedMap<String, FileMarks> deliveries;
    final List<Displaced> quarantine;
    HostFile<Vm> vm;
    LiveFiles live;
    Rescue rescue;
    HostFile<Journal> journal;

    @Nullable
    Refused refused;

    @Nullable
    Reason request;

    HostFile<AcceptLive> accept;

    @Nullable
    Marker marker;

    Hold hold;

    Draft(HookHost found) {
        this.found = found;
        entries = new TreeMap<>(found.entries());
        claims = new TreeSet<>(found.claims());
        deliveries = new TreeMap<>(found.deliveries());
        quarantine = new ArrayList<>(found.quarantine());
        vm = found.vm();
        live = found.live();
        rescue = found.rescue();
        journal = found.journal();
        refused = found.refused();
        request = found.request();
        accept = found.accept();
        marker = found.marker();
        hold = found.hold();
        checkpoint();
    }

    void checkpoint() {
        HookHost now = new HookHost(
                found.index(),
                found.domain(),
                vm,
                live,
                found.nvramOfAnother(),
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
                found.breakGlass(),
                found.disk(),
                hold);
        if (checkpoints.isEmpty() || !checkpoints.getLast().equals(now)) {
            checkpoints.add(now);
        }
    }

    Course course(int exit, @Nullable Denial refusal) {
        return new Course(List.copyOf(checkpoints), exit, refusal);
    }

    HookHost found() {
        return found;
    }

    boolean seen() {
        return found.domain() instanceof Domain.Seen;
    }

    boolean hasTpm() {
        return !(found.domain() instanceof Domain.NoTpm);
    }

    boolean hasNvram() {
        return found.domain() instanceof Domain.Seen seen && seen.nvram();
    }

    /** Line and run, or nothing of them. */
    Vm vm() {
        Vm read = vm.valueOrNull();
        return read == null ? Vm.NOTHING : read;
    }

    void write(Vm next) {
        vm = HostFile.of(next);
        checkpoint();
    }

    @Nullable
    Line line() {
        return vm().line();
    }

    @Nullable
    Run run() {
        return vm().run();
    }

    boolean runOpen() {
        Run run = run();
        return run != null && run.open();
    }

    long runNumber() {
        Run run = run();
        return run == null ? 0 : run.n();
    }

    @Nullable
    Digest tip() {
        return vm().tip();
    }

    boolean indexReadable() {
        return found.index() instanceof HostFile.Read<?>;
    }

    /** What happens to a start that is not allowed; null: the domain is not protected. */
    @Nullable
    Guard guard() {
        HookHost.IndexLine index = found.index().valueOrNull();
        if (index == null) {
            return Guard.ENFORCE;
        }
        boolean lineHereOrMaybe = line() != null || vm.isUnreadable();
        return index.guard() == null && lineHereOrMaybe ? Guard.ENFORCE : index.guard();
    }

    /** Whether the open run's end is the line's next tip. */
    boolean runIsTheLines() {
        Line line = line();
        Run run = run();
        return line != null
                && run != null
                && line.state() == LineState.HELD
                && run.online()
                && line.record().equals(run.record())
                && line.epoch() == run.epoch();
    }

    /** The live files that this domain has, as far as we know. */
    LiveFiles look() {
        return new LiveFiles(live.tpm(), hasNvram() ? live.vars() : FileState.ABSENT);
    }

    /** The same, for the end of a run: a rescue first, and the NVRAM that the run itself wrote. */
    LiveFiles lookAtEnd() {
        FileState tpm = rescuedHow() != null ? rescue.tpm() : live.tpm();
        FileState vars = rescue.vars().isThere() && !rescueOfAnother() ? rescue.vars() : live.vars();
        return new LiveFiles(tpm, hasNvram() ? vars : FileState.ABSENT);
    }

    io.tpmkeeper.protocol.@Nullable Ending rescuedHow() {
        HookHost.Ended ended = rescue.ended();
        return ended != null && !rescueOfAnother() ? ended.how() : null;
    }

    /** A rescue with the number of a run that only begins is of another one: the numbers began anew. */
    void disownRescue(long begins) {
        HookHost.Ended ended = rescue.ended();
        if (ended != null && ended.run() == begins) {
            rescue = new HookHost.Rescue(rescue.tpm(), rescue.vars(), new HookHost.Ended(0, ended.how()));
            checkpoint();
        }
    }

    /** Of a run that the host file does not know. Such a run is called 0. */
    boolean rescueOfAnother() {
        HookHost.Ended ended = rescue.ended();
        return ended != null && (ended.run() == 0 || ended.run() != runNumber());
    }
}
