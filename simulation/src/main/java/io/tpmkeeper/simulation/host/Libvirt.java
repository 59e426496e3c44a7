package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Request;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.hook.Call.Operation;
import io.tpmkeeper.protocol.hook.FileState;
import io.tpmkeeper.protocol.hook.HookHost;
import io.tpmkeeper.protocol.hook.HookHost.Marker;
import io.tpmkeeper.protocol.hook.LiveFiles;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.simulation.truth.Content;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** libvirtd with QEMU and swtpm: calls the hook in its order, makes, runs and ends the guest. */
public final class Libvirt {
    private final Host host;
    private final Hooks hooks;
    private final Scene scene;
    private final Guest guest;

    private boolean defined;

    /** A start that waits in the hook. */
    private @Nullable Waiting waiting;

    private boolean stopHeld;
    private boolean endUnsaved;
    private boolean tookUnsaved;
    private @Nullable Content managed;
    private final List<Content> images = new ArrayList<>();

    Libvirt(Host host, Hooks hooks, Scene scene, Elsewhere elsewhere) {
        this.host = host;
        this.hooks = hooks;
        this.scene = scene;
        this.guest = new Guest(host, scene, elsewhere);
    }

    private record Waiting(Plan plan, @Nullable Marker marker, String id, long since) {}

    public boolean isDefined() {
        return defined;
    }

    public Activity activity() {
        return guest.activity();
    }

    public boolean isActive() {
        return activity() != Activity.INACTIVE;
    }

    public boolean runs() {
        return activity() == Activity.ACTIVE;
    }

    public boolean waits() {
        return waiting != null;
    }

    /** A stop is held in the hook, which has the lock all the while. */
    public boolean holdsStop() {
        return stopHeld;
    }

    boolean isFree() {
        return host.isOn() && !isActive() && waiting == null && !stopHeld;
    }

    @Nullable
    Request request() {
        Request.Reason reason = host.disk.request;
        return waiting == null || reason == null ? null : new Request(waiting.id, reason, waiting.since);
    }

    public List<Content> images() {
        return List.copyOf(images);
    }

    // Starts.

    public void define() {
        if (host.isOn()) {
            defined = true;
        }
    }

    /** A managed save is restored by any plain start. */
    public void start(Plan.Fate fate) {
        Content saved = managed;
        attempt(saved == null ? Plan.cold(fate) : Plan.restore(fate, saved, true));
    }

    /** {@code virsh create}: of a domain that is not defined. */
    public void create(Plan.Fate fate) {
        if (!defined) {
            attempt(Plan.ofTransient(fate));
        }
    }

    public void restore(Content image, Plan.Fate fate) {
        attempt(Plan.restore(fate, image, false));
    }

    public void removeManagedSave() {
        managed = null;
    }

    private void attempt(Plan plan) {
        if (!isFree()) {
            return;
        }
        scene.story().say(host.name(), "virsh %s", plan);
        defined = plan.lasts();
        if (plan.image() != null && hooks.call(Operation.RESTORE) != Hooks.Result.PASSED) {
            return;
        }
        prepare(
                new Waiting(
                        plan,
                        host.disk.marker,
                        scene.clock().name("ask"),
                        scene.clock().now()),
                true);
    }

    /** Something changed: the start that waits is judged anew. */
    public void wake() {
        Waiting start = waiting;
        if (start != null) {
            host.disk.marker = start.marker;
            prepare(start, true);
        }
    }

    /** It has waited long enough. */
    public void timeOut() {
        Waiting start = waiting;
        if (start != null) {
            host.disk.marker = start.marker;
            prepare(start, false);
        }
    }

    private void prepare(Waiting start, boolean patient) {
        waiting = start;
        var tip = host.disk.vm().tip();
        HookHost.AcceptLive accept = host.disk.accept.valueOrNull();
        Hooks.Result result = hooks.call(Operation.PREPARE, patient);
        if (accept != null
                && Objects.equals(accept.tip(), tip)
                && Objects.equals(accept.live(), host.disk.vm().tip())) {
            scene.truth()
                    .edited(
                            host.name(),
                            scene.contents().of(tip),
                            scene.contents().of(accept.live()));
        }
        switch (result) {
            case WAITS -> {}
            case REFUSED -> {
                host.refusedRequest(start.id);
                waiting = null;
                called(Operation.STOPPED);
            }
            case KILLED -> {
                waiting = null;
                called(Operation.STOPPED);
            }
            case PASSED -> {
                host.refusedRequest(start.id);
                waiting = null;
                hooks.logBegins();
                endUnsaved = false;
                begin(start.plan);
            }
        }
    }

    private void begin(Plan plan) {
        LiveFiles found = host.disk.live;
        if (plan.fate() == Plan.Fate.FAILS_EARLY) {
            fail();
            return;
        }
        Content image = plan.image();
        if (image != null) {
            host.disk.live = new LiveFiles(Disk.plain(image.marks().tpm()), found.vars());
        }
        Content from = guest.opens();
        if (from == null && host.disk.live.tpm().isThere()) {
            fail();
            return;
        }
        Content became = from == null ? scene.contents().blank() : image == null ? from : image;
        if (image == null) {
            host.disk.write(became.marks());
        }
        if (plan.fate() == Plan.Fate.FAILS_LATE) {
            guest.begins(from, became);
            guest.write();
            guest.ends();
            fail();
            return;
        }
        if (plan.fate() != Plan.Fate.UNSEEN && called(Operation.STARTED) == Hooks.Result.REFUSED) {
            fail();
            return;
        }
        host.disk.write(became.marks());
        if (plan.managed()) {
            managed = null;
        }
        guest.begins(image == null ? from : image, became);
    }

    private void fail() {
        hooks.log(Ending.FAILED);
        called(Operation.STOPPED);
    }

    private Hooks.Result called(Operation operation) {
        Hooks.Result result = hooks.call(operation);
        if (operation == Operation.STOPPED) {
            stopHeld = result == Hooks.Result.WAITS;
            endUnsaved |= result != Hooks.Result.PASSED
                    || !(host.disk.domain instanceof HookHost.Domain.Seen)
                    || isRunOpen()
                    || host.hadNoRoomForWhatNobodyProtects();
        }
        if (operation == Operation.STOPPED && !defined && !stopHeld) {
            host.disk.live = new LiveFiles(FileState.ABSENT, host.disk.live.vars());
            tookUnsaved |= endUnsaved;
        }
        return result;
    }

    /** Since this was asked last, a VM that was undefined while it ran has ended, and its files went before they were captured. */
    public boolean takesAnUnsavedEndAlong() {
        boolean took = tookUnsaved;
        tookUnsaved = false;
        return took;
    }

    void losesItsCaptures() {
        endUnsaved = true;
    }

    private boolean isRunOpen() {
        Run run = host.disk.vm().run();
        return run != null && run.open();
    }

    /**
     * The last end was not captured whole, and an undefine now destroys it: no hook saw it, or a person let it go, or no agent
     * has told the hook yet where the files are.
     */
    public boolean isEndUnsaved() {
        return endUnsaved;
    }

    /** A guest that began before there was any hook here. */
    void runsAlready() {
        defined = true;
        guest.runsAlready();
    }

    /** Whether this run was no migration to here: libvirt had said {@code migrate}, and a start came instead. */
    boolean wasTakenForReceived(@Nullable Long run) {
        return guest.wasTakenForReceived(run);
    }

    /** What the guest has now. */
    public @Nullable Content content() {
        return guest.content();
    }

    public void write() {
        guest.write();
    }

    /** Somebody writes the files of the guest to disk. */
    void syncs() {
        guest.syncs();
    }

    // Ends.

    /** @param how null: libvirt's log does not say */
    public void stop(@Nullable Ending how) {
        if (!runs() || stopHeld) {
            return;
        }
        scene.story().say(host.name(), "stops (%s) with %s", how, content());
        guest.ends();
        hooks.log(how);
        called(Operation.STOPPED);
    }

    /** libvirt says once more that a domain has ended which it has said of already. */
    public void stoppedAgain() {
        if (isFree()) {
            called(Operation.STOPPED);
        }
    }

    /** The stop that is held is tried again. */
    public void tryHeldStop() {
        if (stopHeld) {
            boolean letGo = host.disk.hold.letGo();
            host.disk.hold = new HookHost.Hold(false, letGo);
            called(Operation.STOPPED);
            if (!stopHeld) {
                host.disk.hold = new HookHost.Hold(false, false);
            }
        }
    }

    /** Whether what the guest writes to its NVRAM can be read though the name goes. */
    public boolean hasSecondName() {
        return host.disk.rescue.vars().equals(Disk.plain(host.disk.open().vars()));
    }

    /** While it runs, with its NVRAM: that loses its name at once, and the TPM goes when the guest ends and the hook has returned. */
    public void undefineRunning() {
        if (runs() && defined) {
            scene.story().say(host.name(), "is undefined while it runs");
            defined = false;
            managed = null;
            host.disk.unlinkVars(true, FileState.ABSENT);
        }
    }

    /** Another VM of the same name is started here: its NVRAM has the name from then on. */
    public void varsAreReplaced() {
        if (host.isOn()) {
            scene.story().say(host.name(), "has another VM's NVRAM under the domain's name");
            host.disk.unlinkVars(runs(), Disk.plain(scene.contents().anothersVars()));
        }
    }

    /**
     * {@code virsh domrename}: what the agent has told the hook of the domain is of another name.
     *
     * @param moves whether libvirt gives the NVRAM the new name, too; else nothing lies there
     */
    public void rename(boolean moves) {
        if (isFree() && defined) {
            scene.story().say(host.name(), "renames the domain");
            host.forgetPaths();
            if (!moves) {
                host.disk.unlinkVars(false, FileState.ABSENT);
            }
        }
    }

    /** Whether that other VM is defined here and nothing of it was captured yet. */
    public void anotherIsUnsaved(boolean unsaved) {
        host.disk.nvramOfAnother = unsaved;
    }

    /** Whether such NVRAM was put aside, and so can be had again. */
    public boolean isAnothersVarsAside() {
        return host.disk.quarantine.stream()
                .anyMatch(d -> d.state() instanceof FileState.Plain plain
                        && scene.contents().isAnothers(plain.mark()));
    }

    /** Not while it runs: libvirt deletes TPM and NVRAM at once. */
    public void undefine() {
        if (isFree() && defined) {
            scene.story().say(host.name(), "is undefined");
            defined = false;
            managed = null;
            host.disk.live = LiveFiles.NOTHING;
        }
    }

    public void save(boolean asManaged) {
        Content now = content();
        if (now != null) {
            if (asManaged) {
                managed = now;
            } else {
                images.add(now);
            }
            stop(Ending.SAVED);
        }
    }

    // Migration.

    /** The destination's side begins: libvirt makes a blank TPM where there is none. */
    public boolean receive() {
        if (!isFree()) {
            return false;
        }
        defined = true;
        managed = null;
        if (hooks.call(Operation.MIGRATE) != Hooks.Result.PASSED) {
            return false;
        }
        if (hooks.call(Operation.PREPARE) != Hooks.Result.PASSED) {
            called(Operation.STOPPED);
            return false;
        }
        hooks.logBegins();
        guest.receives();
        called(Operation.STARTED);
        return true;
    }

    void sends() {
        hooks.logMigration();
    }

    /** The guest runs here from now on. */
    void received(Content content) {
        guest.received(content);
    }

    /** The guest went away. @param how null: libvirt's log does not say */
    void left(@Nullable Ending how) {
        guest.leaves();
        hooks.log(how);
        called(Operation.STOPPED);
    }

    // Power.

    void losePower(Host.PowerLoss harm) {
        endUnsaved |= isActive() || stopHeld;
        guest.losePower(harm);
        waiting = null;
        stopHeld = false;
    }
}
