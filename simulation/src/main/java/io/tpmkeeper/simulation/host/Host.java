package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Refusal;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.hook.HookHost;
import io.tpmkeeper.protocol.hook.HostFile;
import io.tpmkeeper.protocol.hook.LiveFiles;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.truth.Content;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One hypervisor: its disk, libvirt, hook and agent, its power and its network. */
public final class Host {
    /** What a power loss does to what the guest wrote last. */
    public enum PowerLoss {
        NOTHING,
        UNSYNCED,
        /** The NVRAM is the newer one. */
        MIXED,
        TORN
    }

    final Disk disk = new Disk();
    private final String name;
    private final Scene scene;
    private final Elsewhere elsewhere;
    private final Libvirt libvirt;
    private final Hooks hooks;
    private final Agent agent;
    private String hostId;
    private int boot = 1;
    private boolean on = true;
    private boolean connected = true;
    private boolean kubelet = true;
    private boolean fenced;
    private boolean allowed = true;
    private String lastRequest = "-";

    public Host(String name, Scene scene, Api api, Elsewhere elsewhere) {
        this.name = name;
        this.scene = scene;
        this.elsewhere = elsewhere;
        this.hostId = name + "-1";
        this.hooks = new Hooks(this, scene);
        this.libvirt = new Libvirt(this, hooks, scene, elsewhere);
        this.agent = new Agent(this, scene, api, elsewhere);
    }

    public String name() {
        return name;
    }

    public Libvirt libvirt() {
        return libvirt;
    }

    public Agent agent() {
        return agent;
    }

    Hooks hooks() {
        return hooks;
    }

    String hostId() {
        return hostId;
    }

    String bootId() {
        return "boot-" + boot;
    }

    public boolean isOn() {
        return on;
    }

    public boolean isConnected() {
        return on && connected;
    }

    public void connect(boolean to) {
        connected = to;
    }

    /** Whether its kubelet works, and reaches the API server. The agent is another process. */
    public boolean isReady() {
        return isConnected() && kubelet;
    }

    public void runKubelet(boolean runs) {
        kubelet = runs;
    }

    public boolean isFenced() {
        return fenced;
    }

    /** An administrator says that it is off for certain; he looked. */
    public void fence() {
        fenced |= !on;
    }

    /** The same, by one who did not look: it may be on, and its VM run. */
    public void fenceUnseen() {
        fenced = true;
    }

    public void unfence() {
        fenced = false;
    }

    public boolean isAllowed() {
        return allowed;
    }

    public void allow(boolean to) {
        allowed = to;
    }

    /** The next call of the hook is cut off after about so much of its way; null: it is not. */
    public void killNextHook(@Nullable Integer percent) {
        hooks.killNext(percent);
    }

    public void losePower(PowerLoss harm) {
        if (on) {
            scene.story().say(name, "loses power (%s)", harm);
            libvirt.losePower(harm);
            disk.losePower();
            agent.die();
            on = false;
        }
    }

    public void boot() {
        if (!on) {
            scene.story().say(name, "boots");
            on = true;
            fenced = false;
            boot++;
            agent.live();
        }
    }

    public void loseDirectory() {
        scene.story().say(name, "loses its host directory");
        disk.loseDirectory();
        libvirt.losesItsCaptures();
        hostId = scene.clock().name(name);
        agent.restart();
    }

    /** Captures and deliveries are gone; the file with the line is not. */
    public void loseSpool() {
        disk.entries.clear();
        disk.deliveries.clear();
    }

    public void breakGlass(boolean broken) {
        if (on) {
            disk.breakGlass = broken;
        }
    }

    /** Whether the hook lets it start only with a right. */
    public boolean isProtected() {
        HookHost.IndexLine index = disk.index.valueOrNull();
        return index == null || index.guard() != null || line() != null;
    }

    /** The file with line and run is torn. */
    public void breakHostFile() {
        if (isOn() && libvirt.isFree()) {
            scene.story().say(name, "loses its host file");
            disk.vm = HostFile.unreadable();
        }
    }

    public boolean isHostFileBroken() {
        return disk.vm.isUnreadable();
    }

    /** The hook does not know where the domain's files are: it was renamed, perhaps. */
    public void forgetPaths() {
        disk.domain = new HookHost.Domain.Unseen();
    }

    /** Nothing can be written any more, or everything again. */
    public void fill(HookHost.Disk room) {
        disk.room = room;
    }

    public void letStopGo() {
        if (libvirt.holdsStop()) {
            disk.hold = new HookHost.Hold(disk.hold.held(), true);
            libvirt.tryHeldStop();
        }
    }

    /** The files are changed while the VM is off, and the administrator says so. @return whether he could */
    public boolean editAndAccept() {
        Line line = disk.vm().line();
        Content before = scene.contents().of(disk.live.marks());
        if (!libvirt.isFree() || line == null || !line.isHeld() || before == null || disk.liveIsTorn()) {
            return false;
        }
        if (before != scene.contents().of(line.tip())
                || (disk.vm().run() != null && disk.vm().run().open())) {
            return false;
        }
        Content after = scene.contents().after(before);
        disk.live = Disk.files(after.marks());
        disk.accept = HostFile.of(new HookHost.AcceptLive(line.tip(), after.digest()));
        scene.story().say(name, "is edited: %s for %s", after, before);
        return true;
    }

    /** The run before there was any hook here. */
    public void runsAlready() {
        libvirt.runsAlready();
    }

    boolean isProtectedAnywhere() {
        return elsewhere.isProtected();
    }

    boolean isGivenAnywhere() {
        return elsewhere.isGiven();
    }

    void refusedRequest(String request) {
        lastRequest = request;
    }

    /** Of the last start here, while it stands. */
    public @Nullable Refusal refusal() {
        HookHost.Refused refused = disk.refused;
        return refused == null
                ? null
                : new Refusal(lastRequest, 0, refused.reason(), "what was missing", refused.passedBy());
    }

    // What is here, for those who know everything.

    public @Nullable Line line() {
        return disk.vm().line();
    }

    /** Whether its hook lets it start, or go on, in the line's name. */
    public boolean holds() {
        Line line = line();
        return line != null && line.isHeld();
    }

    /** Whether anything here says that the domain went on after this content: a right, a capture, the domain's own files. */
    public boolean showsMoreThan(@Nullable Content saved) {
        Line line = line();
        Digest known = saved == null ? null : saved.digest();
        return (line != null && line.state() != LineState.TOMBSTONE)
                || disk.entries.values().stream()
                        .anyMatch(e -> e.files().digest() != null
                                && !Objects.equals(e.files().digest(), known))
                || (disk.live.anything() && !Objects.equals(disk.live.marks().digest(), known))
                || disk.rescue.ended() != null;
    }

    public boolean holdsFor(String record) {
        Line line = line();
        return line != null && line.isHeld() && line.record().equals(record);
    }

    /** What its guest has; without one, what lies there, or what its last run left. */
    public @Nullable Content whatItHas() {
        if (libvirt.runs()) {
            return libvirt.content();
        }
        FileMarks there = disk.live.marks();
        if (there.tpm() != null && there.vars() != null) {
            return scene.contents().of(there);
        }
        Run last = disk.vm().run();
        return disk.entries.descendingMap().values().stream()
                .map(c -> c.meta().entry())
                .filter(e -> last != null && e.run() == last.n() && e.complete())
                .flatMap(
                        e -> java.util.stream.Stream.ofNullable(scene.contents().of(e.digest())))
                .findFirst()
                .orElseGet(() -> {
                    Content tip = scene.contents().of(disk.vm().tip());
                    return tip != null && hasAtHand(tip) ? tip : null;
                });
    }

    /** A stop of what nobody protects is not held: without room its end is not captured. */
    boolean hadNoRoomForWhatNobodyProtects() {
        HookHost.IndexLine index = disk.index.valueOrNull();
        boolean guarded = index == null || index.guard() != null || line() != null;
        FileMarks there = disk.live.marks();
        return !guarded
                && !disk.room.spool()
                && disk.entries.values().stream().noneMatch(c -> c.files().equals(there));
    }

    /** Whether the first run here died before libvirt said that it had begun: without its files it cannot be told from a start that failed. */
    public boolean isFirstRunUntold() {
        Run run = disk.vm().run();
        return run != null && run.open() && run.online() && !run.started() && run.from() == null;
    }

    public boolean runsOnline() {
        Run run = disk.vm().run();
        return libvirt.runs() && run != null && run.open() && run.online();
    }

    /** Whether this content can be had from here, by the agent or by hand. */
    public boolean has(Content content) {
        return hasAtHand(content) || isPutAside(content.digest());
    }

    /** Whether it lies where it is looked for. */
    public boolean hasAtHand(Content content) {
        Digest digest = content.digest();
        return disk.entries.values().stream().anyMatch(e -> is(e.files(), digest))
                || disk.deliveries.values().stream().anyMatch(d -> is(d, digest))
                || is(disk.live.marks(), digest)
                || isPutAsideByLastRun(digest);
    }

    /** What another run put aside, or one that no host file knows any more, waits for somebody to fetch it. */
    private boolean isPutAsideByLastRun(Digest digest) {
        Run last = disk.vm().run();
        boolean ours = last != null
                && (disk.rescue.ended() == null
                        || last.n() == disk.rescue.ended().run());
        return ours && isPutAside(digest);
    }

    /** Whether a migration to it failed last: what lies there is taken for what libvirt made to receive it. */
    public boolean failedToReceive() {
        Run last = disk.vm().run();
        return last != null
                && last.kind() == io.tpmkeeper.protocol.RunKind.INCOMING
                && last.how() == io.tpmkeeper.protocol.Ending.FAILED;
    }

    /** Whether it lies in captures of runs before the last one, or of none that is known, and nowhere else. */
    public boolean hasOnlyOfEarlierRuns(Content content) {
        Digest digest = content.digest();
        Run last = disk.vm().run();
        return !is(disk.live.marks(), digest)
                && !isPutAsideByLastRun(digest)
                && disk.entries.values().stream()
                        .filter(e -> is(e.files(), digest))
                        .map(e -> e.meta().entry())
                        .noneMatch(e -> last != null && e.run() == last.n());
    }

    /** By the hook, on the files' own filesystem: for somebody to fetch, if nobody knows the run that it is of. */
    private boolean isPutAside(Digest digest) {
        FileMarks live = disk.live.marks();
        FileMarks second = new LiveFiles(disk.rescue.tpm(), disk.rescue.vars()).marks();
        return is(second, digest)
                || is(new FileMarks(live.tpm(), second.vars()), digest)
                || is(new FileMarks(second.tpm(), live.vars()), digest);
    }

    private static boolean is(FileMarks marks, Digest digest) {
        return digest.equals(marks.digest());
    }

    /** What a purge in the name of this record should have taken. */
    public boolean hasResidueOf(String record) {
        Line line = line();
        return (line != null && line.record().equals(record))
                || disk.entries.values().stream()
                        .anyMatch(e -> record.equals(e.meta().entry().record()));
    }

    @Override
    public String toString() {
        return "%s: %s, entries %s, live %s"
                .formatted(
                        name, disk.vm(), disk.entries.keySet(), scene.contents().of(disk.live.marks()));
    }
}
