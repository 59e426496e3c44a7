package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.hook.FileState;
import io.tpmkeeper.protocol.hook.HookHost;
import io.tpmkeeper.protocol.hook.LiveFiles;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Content;
import io.tpmkeeper.simulation.truth.Harm;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** QEMU and swtpm with the guest in them: what it has in its TPM and NVRAM, and whether that is the VM's life. */
final class Guest {
    private final Host host;
    private final Scene scene;
    private final Elsewhere elsewhere;
    private Activity activity = Activity.INACTIVE;

    /** What was on the disk before its last write. */
    private @Nullable Content synced;

    /** Number of the last run that was a start here and that the hook took for a migration; null: none. */
    private @Nullable Long takenForReceived;

    Guest(Host host, Scene scene, Elsewhere elsewhere) {
        this.host = host;
        this.scene = scene;
        this.elsewhere = elsewhere;
    }

    Activity activity() {
        return activity;
    }

    /** What swtpm opens; null: it makes a blank one, or takes what is there for no TPM state. */
    @Nullable
    Content opens() {
        if (!(host.disk.live.tpm() instanceof FileState.Plain plain) || plain.torn()) {
            return null;
        }
        Content there = scene.contents().of(host.disk.live.marks());
        return there == null || there.isTorn() ? null : there;
    }

    void begins(@Nullable Content from, Content became) {
        Run run = host.disk.vm().run();
        synced = became;
        activity = Activity.ACTIVE;
        withoutAnEarlierRunsSecondName();
        takenForReceived = run != null && run.open() && run.kind() == RunKind.INCOMING ? (Long) run.n() : null;
        scene.story().say(host.name(), "runs from %s with %s, run %s", from, became, run);
        if (run != null && run.open() && run.online()) {
            scene.truth().beginsOnline(host.name(), from, became);
            return;
        }
        HookHost.IndexLine index = host.disk.index.valueOrNull();
        boolean known = elsewhere.wentBack() || (elsewhere.isKnown() && (index == null || index.guard() != null));
        boolean guarded = index == null || index.guard() == Guard.ENFORCE;
        if (guarded && !host.disk.breakGlass && run != null && run.open() && run.kind() == RunKind.COLD) {
            throw new Broken(from == null ? Harm.BLANK : Harm.STALE, host.name() + " starts off-line, and may not");
        }
        scene.truth().beginsOffline(host.name(), from, became, known, elsewhere.isGiven());
    }

    /** A hook that was not told since where the NVRAM is could not take its second name away, and would take it for this run's. */
    private void withoutAnEarlierRunsSecondName() {
        HookHost.Rescue rescue = host.disk.rescue;
        if (host.disk.domain instanceof HookHost.Domain.Unseen && rescue.vars().isThere() && rescue.ended() == null) {
            scene.coverage()
                    .reached("limit", "a second name of an earlier run's NVRAM, where the hook forgot its place");
            host.disk.rescue = new HookHost.Rescue(rescue.tpm(), FileState.ABSENT, null);
        }
    }

    boolean wasTakenForReceived(@Nullable Long run) {
        return run != null && run.equals(takenForReceived);
    }

    void runsAlready() {
        Content became = scene.contents().blank();
        host.disk.write(became.marks());
        activity = Activity.ACTIVE;
        synced = became;
        scene.truth().beginsOffline(host.name(), null, became, elsewhere.isKnown(), elsewhere.isGiven());
    }

    /** A migration begins: libvirt makes a blank TPM where there is none. */
    void receives() {
        if (opens() == null) {
            host.disk.write(scene.contents().blank().marks());
        }
        activity = Activity.RECEIVING;
    }

    void received(Content content) {
        host.disk.write(content.marks());
        synced = content;
        activity = Activity.ACTIVE;
    }

    /** It is not here any more, whether or not its life goes on elsewhere. */
    void leaves() {
        activity = Activity.INACTIVE;
        synced = null;
        host.disk.nameless = null;
    }

    void ends() {
        scene.truth().ends(host.name());
        leaves();
    }

    /** What the guest has now. */
    @Nullable
    Content content() {
        return activity == Activity.ACTIVE ? scene.contents().of(host.disk.open()) : null;
    }

    /** The guest writes to its TPM and NVRAM. */
    void write() {
        Content before = scene.contents().of(host.disk.open());
        if (before != null) {
            synced = before;
            Content after = scene.contents().after(before);
            host.disk.write(after.marks());
            scene.truth().has(host.name(), after);
        }
    }

    /** What it has written so far is on the disk. */
    void syncs() {
        synced = content();
    }

    /** @param harm what becomes of what the guest wrote last */
    void losePower(Host.PowerLoss harm) {
        Content before = synced;
        if (activity == Activity.ACTIVE && before != null) {
            Content now = Objects.requireNonNull(content());
            switch (harm) {
                case NOTHING -> {}
                case UNSYNCED -> host.disk.write(before.marks());
                case MIXED -> {
                    FileMarks mixed =
                            new FileMarks(before.marks().tpm(), now.marks().vars());
                    Objects.requireNonNull(scene.contents().of(mixed, before));
                    host.disk.write(mixed);
                }
                case TORN -> {
                    host.disk.live =
                            new LiveFiles(new FileState.Plain(scene.contents().torn(), true), host.disk.live.vars());
                    if (scene.truth().livesOn(host.name())) {
                        scene.truth().giveUp("a torn state after a power loss");
                    }
                }
            }
            if (harm != Host.PowerLoss.TORN) {
                scene.truth().has(host.name(), Objects.requireNonNull(content()));
            }
        }
        ends();
    }
}
