package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.hook.FileState;
import io.tpmkeeper.protocol.hook.HookHost.Captured;
import io.tpmkeeper.protocol.hook.HookHost.Ended;
import io.tpmkeeper.protocol.hook.HookHost.Rescue;
import io.tpmkeeper.protocol.hook.HostFile;
import io.tpmkeeper.protocol.hook.LiveFiles;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.host.Capture;
import io.tpmkeeper.protocol.host.EndUnseen;
import io.tpmkeeper.protocol.host.Lying;
import io.tpmkeeper.protocol.host.Obey;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.Vm;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.cluster.Stored;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Harm;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Each thing that an agent does with its host: reads it, lets a decider judge, carries that out. */
final class AgentWork {
    private final Host host;
    private final Agent agent;
    private final Scene scene;
    private final Api api;
    private final Elsewhere elsewhere;

    AgentWork(Host host, Agent agent, Scene scene, Api api, Elsewhere elsewhere) {
        this.host = host;
        this.agent = agent;
        this.scene = scene;
        this.api = api;
        this.elsewhere = elsewhere;
    }

    boolean isLocked() {
        return host.libvirt().holdsStop();
    }

    Vm withFreeSeq() {
        Vm vm = host.disk.vm();
        long highest = host.disk.entries.isEmpty() ? 0 : host.disk.entries.lastKey();
        long claimed = host.disk.claims.isEmpty() ? 0 : host.disk.claims.last();
        return vm.withSeq(Math.max(vm.seq(), Math.max(highest, claimed)));
    }

    List<Entry> entries() {
        return host.disk.entries.values().stream().map(c -> c.meta().entry()).toList();
    }

    private List<Digest> deliveries() {
        return host.disk.deliveries.keySet().stream().map(Digest::new).toList();
    }

    static Lying lying(LiveFiles files, boolean whole) {
        Digest digest = files.marks().digest();
        boolean complete =
                whole && !files.odd() && files.tpm().isThere() && files.vars().isThere();
        return new Lying(complete ? digest : null, files.anything());
    }

    // The end of a run that nobody saw.

    void recover(Vm before) {
        Vm vm = withFreeSeq();
        if (before.run() == null
                || !before.run().open()
                || isLocked()
                || vm.run() == null
                || vm.run().n() != before.run().n()
                || !vm.run().open()) {
            return;
        }
        Rescue rescue = host.disk.rescue;
        Ended ended =
                rescue.ended() != null && rescue.ended().run() == before.run().n() ? rescue.ended() : null;
        boolean others = rescue.ended() != null && ended == null;
        LiveFiles end = new LiveFiles(
                ended == null ? host.disk.live.tpm() : rescue.tpm(),
                rescue.vars().isThere() && !others ? rescue.vars() : host.disk.live.vars());
        boolean torn = end.tpm() instanceof FileState.Plain plain && plain.torn();
        EndUnseen.decide(new EndUnseen.World(
                        vm,
                        Activity.INACTIVE,
                        false,
                        host.hooks().migrationLogged(),
                        ended == null ? null : ended.how(),
                        lying(end, ended != null || !torn)))
                .ifPresent(decided -> {
                    scene.coverage().reached("end unseen", decided.capture() == null ? "nothing left" : "captured");
                    carryOut(decided.next(), decided.capture(), end.marks());
                });
    }

    /** @return false: what is captured is not what was decided upon */
    boolean carryOut(Vm next, @Nullable Capture capture, FileMarks live) {
        if (capture != null) {
            FileMarks found = capture.from() == null ? live : at(capture.from());
            Entry entry = capture.entry();
            if (found == null || (entry.digest() != null && !entry.digest().equals(found.digest()))) {
                return false;
            }
            host.disk.entries.put(
                    entry.seq(),
                    new Captured(
                            new EntryMeta(
                                    entry, capture.how(), found, scene.clock().now(), host.bootId()),
                            found));
            if (agent.diesBeforeTheHostFile()) {
                return false;
            }
        }
        host.disk.vm = HostFile.of(next);
        scene.story().say(host.name(), "agent writes %s%s", next, capture == null ? "" : " after " + capture.entry());
        return true;
    }

    private @Nullable FileMarks at(Place place) {
        return switch (place) {
            case Place.InEntry(long seq) -> {
                Captured captured = host.disk.entries.get(seq);
                yield captured == null ? null : captured.files();
            }
            case Place.InDelivery(Digest digest) -> host.disk.deliveries.get(digest.hex());
        };
    }

    // Orders.

    Facts.@Nullable Nack obey(Stored.Grant grant, @Nullable Vm before, Activity seen) {
        Order order = Objects.requireNonNull(grant.spec().order());
        if (before == null) {
            return new Facts.Nack(order.id(), "HostFileUnreadable: the host file of the domain cannot be read.");
        }
        boolean busy = isLocked();
        Activity activity = seen;
        if (order.tip() instanceof Content.Live && !host.libvirt().waits()) {
            activity = host.libvirt().activity();
            boolean receiving =
                    before.run() != null && before.run().open() && before.run().kind() == RunKind.INCOMING;
            if (activity == Activity.RECEIVING && !receiving) {
                activity = Activity.ACTIVE;
            }
        }
        if (!busy && !host.disk.vm().equals(before)) {
            return null;
        }
        boolean looked = activity == Activity.INACTIVE && !busy;
        Obey.Answer answer = Obey.decide(
                grant.spec().recordUid(),
                grant.spec().hostId(),
                order,
                new Obey.World(
                        host.hostId(),
                        activity,
                        busy,
                        busy ? before : withFreeSeq(),
                        looked ? lying(host.disk.live, true) : Lying.NOTHING,
                        entries(),
                        deliveries(),
                        isPurged(grant),
                        host.bootId(),
                        scene.clock().now()));
        String kind = order.tip() == null
                ? "Tombstone"
                : "Held(%s)".formatted(order.tip() instanceof Content.Of ? "digest" : order.tip());
        scene.coverage().reached("obey", answer.getClass().getSimpleName() + " " + kind);
        return switch (answer) {
            case Obey.Again again -> null;
            case Obey.Wait wait -> null;
            case Obey.Refused(String message) -> new Facts.Nack(order.id(), message);
            case Obey.Obeyed obeyed -> {
                obeyed(order, obeyed, activity);
                yield null;
            }
        };
    }

    private static boolean isPurged(Stored.Grant grant) {
        GrantSpec.Purge purge = grant.spec().purge();
        Facts reported = grant.reported();
        return purge != null && reported != null && purge.id().equals(reported.purged());
    }

    private void obeyed(Order order, Obey.Obeyed obeyed, Activity activity) {
        if (obeyed.parked() != null) {
            scene.coverage().reached("obey", "parks another record's line");
        }
        if (!carryOut(obeyed.next(), obeyed.capture(), host.disk.live.marks())) {
            return;
        }
        if (!agent.obeys(host.hostId(), order) && !elsewhere.wentBack()) {
            throw new Broken(Harm.STALE, "%s obeys order %s twice".formatted(host.name(), order.id()));
        }
        if (order.kind() == OrderKind.HELD) {
            elsewhere.isObeyed();
        } else {
            scene.truth().tombstoned(host.name());
        }
        LineState state = Objects.requireNonNull(obeyed.next().line()).state();
        boolean late = scene.truth().isForsaken(host.name()) && elsewhere.isGivenAbove(order.epoch());
        if (order.kind() == OrderKind.HELD && late) {
            scene.coverage().reached("limit", "a host that was given up for dead obeys what it was ordered before");
        } else if (order.tip() instanceof Content.Live && state != LineState.HELD) {
            // It went elsewhere, or is torn: nothing starts from what this host has.
            scene.coverage().reached("obey", "Held(live), and the line is " + state);
            scene.truth().isLeftWith(scene.contents().of(obeyed.next().tip()));
        } else if (order.tip() instanceof Content.Live) {
            boolean active = activity == Activity.ACTIVE;
            var content = active
                    ? host.libvirt().content()
                    : scene.contents().of(obeyed.next().tip());
            if (host.libvirt().wasTakenForReceived(order.run()) && scene.truth().isLeftAsideBy(content)) {
                scene.coverage().reached("limit", "a start that the hook took for a migration is followed");
                scene.truth().goesOnFrom(content);
            }
            var newest = scene.truth().newest();
            scene.truth()
                    .adopts(host.name(), content, active, newest != null && elsewhere.isOnAnother(host.name(), newest));
        } else if (order.tip() != null) {
            scene.truth().takes(host.name(), scene.contents().of(obeyed.next().tip()));
        }
        if (order.kind() == OrderKind.HELD && elsewhere.wentBack()) {
            afterARollback(order, obeyed.next().line());
        }
    }

    /** What the storage says of who holds the line may be from before, and what it forgot nobody is told of. */
    private void afterARollback(Order order, @Nullable Line line) {
        if (elsewhere.isHeldAbove(host.name(), order.epoch())) {
            scene.coverage().reached("limit", "a host obeys what the storage said before it went back");
            scene.truth().leaveBehind(host.name());
        }
        for (String other : elsewhere.holdersByAnotherRecord(
                host.name(), Objects.requireNonNull(line).record())) {
            scene.coverage().reached("limit", "a host holds the line by a record that the storage forgot");
            scene.truth().leaveBehind(other);
        }
    }

    // Content, to and from the cluster.

    boolean lacksContent(boolean waiting) {
        Vm vm = host.disk.vm();
        return waiting || isLacking(vm);
    }

    private static boolean isLacking(Vm vm) {
        return vm.line() != null && vm.line().isHeld() && vm.tip() != null && vm.at() == null;
    }

    void takeDeliveries() {
        api.deliveries().values().stream()
                .filter(d -> d.node().equals(host.name()))
                .forEach(d -> {
                    var content = scene.contents().of(d.digest());
                    if (content != null) {
                        host.disk.deliveries.put(d.digest().hex(), content.marks());
                    }
                });
        Vm vm = host.disk.vm();
        Digest tip = vm.tip();
        if (isLacking(vm) && tip != null && vm.line() != null && deliveries().contains(tip) && !isLocked()) {
            host.disk.vm = HostFile.of(vm.with(vm.line(), new Place.InDelivery(tip)));
        }
    }

    /** @return why what should be sent was not; null: nothing is wrong */
    @Nullable
    String upload(Stored.Grant grant, Activity activity) {
        GrantSpec spec = grant.spec();
        var decision = io.tpmkeeper.protocol.host.Upload.decide(new io.tpmkeeper.protocol.host.Upload.World(
                spec.recordUid(), withFreeSeq(), entries(), spec.saved(), spec.settled(), spec.wanted()));
        scene.coverage().reached("upload", decision.getClass().getSimpleName());
        return switch (decision) {
            case io.tpmkeeper.protocol.host.Upload.Nothing nothing -> null;
            case io.tpmkeeper.protocol.host.Upload.Recapture(Capture capture, Vm next) -> {
                if (!isLocked()) {
                    carryOut(next, capture, host.disk.live.marks());
                }
                yield null;
            }
            case io.tpmkeeper.protocol.host.Upload.Send(long seq) ->
                new Sending(host, agent, scene, api).send(seq, activity);
        };
    }
}
