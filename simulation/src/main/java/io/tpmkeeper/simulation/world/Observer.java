package io.tpmkeeper.simulation.world;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Consent;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.operator.World;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.cluster.Nodes;
import io.tpmkeeper.simulation.cluster.Stored;
import io.tpmkeeper.simulation.cluster.Witness;
import io.tpmkeeper.simulation.host.Elsewhere;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Content;
import io.tpmkeeper.simulation.truth.Harm;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sees all hosts and the cluster at once, and holds what it sees against the promises. */
final class Observer implements Nodes, Witness, Elsewhere {
    private final Scene scene;
    private final Api api;
    private final Consents consents;
    private final Forgotten forgotten;
    private List<Host> hosts = List.of();

    /** Hosts that were out of service when the line was given first: what they have was not asked for. */
    private Set<String> passedOver = Set.of();

    /** So long ago that what nobody protects need not be kept. */
    private boolean monthPassed;

    /** A host obeyed an order that gives the line, and nobody took the domain out of protection since. */
    private boolean given;

    /** The record, or its status, was deleted once. */
    private boolean lostByHand;

    private long purgesBefore;
    private long directoriesLost;

    /** A purge was undone by a rollback: the host counts its captures anew, and none of them is newer than what is saved. */
    private boolean purgeUndone;

    /** The storage went back once: who holds the line is found out then, and cannot be prevented from being two. */
    private boolean rolledBack;

    Observer(Scene scene, Api api) {
        this.scene = scene;
        this.api = api;
        this.consents = new Consents(scene);
        this.forgotten = new Forgotten(scene);
    }

    void watch(List<Host> all) {
        hosts = all;
        consents.watch(all);
    }

    private Host host(String name) {
        return hosts.stream().filter(h -> h.name().equals(name)).findFirst().orElseThrow();
    }

    // What the operator sees of nodes.

    @Override
    public Collection<String> names() {
        return hosts.stream().map(Host::name).toList();
    }

    @Override
    public boolean isFenced(String node) {
        return host(node).isFenced();
    }

    @Override
    public boolean isReady(String node) {
        return host(node).isReady();
    }

    @Override
    public boolean isAllowed(String node) {
        return host(node).isAllowed();
    }

    @Override
    public boolean renewsItsLease(String node) {
        return host(node).agent().isHeard();
    }

    // What hosts cannot know.

    @Override
    public boolean isKnown() {
        return api.record() != null || forgotten.isRecordDeletedByHand();
    }

    @Override
    public boolean isProtected() {
        Stored.Record record = api.record();
        return record != null && record.spec().owner() != null;
    }

    @Override
    public boolean isGiven() {
        return given || hosts.stream().anyMatch(h -> h.holds() && !scene.truth().isForsaken(h.name()));
    }

    @Override
    public boolean wentBack() {
        return rolledBack;
    }

    @Override
    public boolean isGivenAbove(long epoch) {
        Stored.Record record = api.record();
        return record != null && record.status().epoch() > epoch;
    }

    @Override
    public boolean isHeldAbove(String host, long epoch) {
        return hosts.stream()
                .filter(h -> !h.name().equals(host) && !scene.truth().isForsaken(h.name()))
                .map(Host::line)
                .anyMatch(l -> l != null && l.isHeld() && l.epoch() > epoch);
    }

    @Override
    public List<String> holdersByAnotherRecord(String host, String record) {
        return hosts.stream()
                .filter(h -> !h.name().equals(host) && h.holds() && !h.holdsFor(record))
                .map(Host::name)
                .toList();
    }

    @Override
    public boolean isOnAnother(String host, Content content) {
        return hosts.stream()
                .filter(h -> !h.name().equals(host)
                        && !passedOver.contains(h.name())
                        && !scene.truth().isForsaken(h.name()))
                .anyMatch(h -> h.hasAtHand(content));
    }

    // What is written.

    @Override
    public void recordWritten(Stored.Record before, Stored.Record after, World seen) {
        RecordStatus was = before.status();
        RecordStatus is = after.status();
        consents.written(was, is, seen, rolledBack);
        Digest older = was.current() == null ? null : was.current().digest();
        Current current = is.current();
        forgotten.written(is);
        if (current != null && !current.digest().equals(older) && !purgeUndone && !isChosen(was, is)) {
            scene.truth().becomesCurrent(older, current.digest(), isPassedBy(current));
        }
        if (is.epoch() < was.epoch() || (is.epoch() == was.epoch() && isGivenAnew(was, is))) {
            throw new Broken(Harm.STALE, "epoch %d is given after %d".formatted(is.epoch(), was.epoch()));
        }
        given = isResetting(is) || (given && (is.holder() != null || isHeld(null)));
        if (was.holder() == null && is.holder() != null) {
            passedOver = hosts.stream().filter(Host::isFenced).map(Host::name).collect(Collectors.toSet());
        }
        for (String node : is.gone()) {
            if (!was.gone().contains(node)) {
                givenUp(node, current == null ? null : current.digest());
            }
        }
    }

    /** The storage went back, and the host that sent it obeyed what that said: by a later line the domain is on another host. */
    private boolean isPassedBy(Current current) {
        return rolledBack && isHeldAbove(current.node(), current.version().epoch());
    }

    private void givenUp(String node, @Nullable Digest current) {
        Content newest = scene.truth().newest();
        boolean elsewhere = newest != null && isOnAnother(node, newest);
        if (elsewhere && !scene.truth().livesOn(node)) {
            scene.truth().leaveBehind(node);
        } else {
            scene.truth().forsake(node, current);
        }
    }

    /** A person chose the state that becomes current with this write. */
    private static boolean isChosen(RecordStatus was, RecordStatus is) {
        Consent consent = is.consent();
        return consent != null
                && !consent.equals(was.consent())
                && consent.choice().way() == Choice.Way.BEGIN
                && is.current() != null
                && is.current().digest().equals(consent.choice().from());
    }

    /** Nobody holds the line, for a person chose where it begins anew: what starts without the right to is nobody's life. */
    private static boolean isResetting(RecordStatus status) {
        Consent consent = status.consent();
        return consent != null
                && (consent.choice().way() == Choice.Way.BEGIN
                        || consent.choice().way() == Choice.Way.CONTINUE);
    }

    /** Whether a host may start the domain, whatever record says so; by another than this one. @param but null: by any */
    private boolean isHeld(@Nullable String but) {
        return hosts.stream()
                .filter(h -> !scene.truth().isForsaken(h.name()))
                .map(Host::line)
                .anyMatch(l -> l != null && l.isHeld() && !l.record().equals(but));
    }

    /** The record, or what it said, was lost, and the line was not given anew since. */
    boolean isRecordLost() {
        Stored.Record record = api.record();
        boolean orderStands = hosts.stream()
                .map(h -> api.grant(h.name()))
                .anyMatch(g -> g != null
                        && g.spec().order() != null
                        && g.spec().order().kind() == OrderKind.HELD);
        if (record == null || record.status().holder() == null) {
            return given || orderStands;
        }
        return given && isHeld(record.uid());
    }

    private static boolean isGivenAnew(RecordStatus was, RecordStatus is) {
        return is.holder() != null && !is.holder().equals(was.holder());
    }

    @Override
    public void recordDeleted(Stored.Record last) {
        for (Host host : hosts) {
            boolean reached = !last.status().gone().contains(host.name()) && !host.isFenced();
            if (reached && !rolledBack && host.hasResidueOf(last.uid())) {
                throw new Broken(Harm.STALE, "%s was not cleaned: %s".formatted(host.name(), host));
            }
        }
        scene.truth().forget();
        given = false;
        forgotten.deleted();
    }

    @Override
    public void isObeyed() {
        given = true;
    }

    void directoryLost(Host host) {
        directoriesLost++;
        mayBeGone("a host directory that was lost before all was saved");
        Content newest = scene.truth().newest();
        forgotten.directoryLost(newest == null || isSomewhereBut(host, newest) ? null : newest, hosts);
    }

    /** By hand, all of it or its status. */
    void recordLost() {
        lostByHand = true;
        forgotten.recordLost(api.record() == null, isRecordLost(), hosts);
    }

    void monthPasses() {
        monthPassed = true;
        scene.clock().pass(31L * 86_400);
    }

    void snapshotTaken() {
        purgesBefore = purges();
    }

    /** A host that lost its directory has forgotten what it obeyed, like one that was purged. */
    private long purges() {
        return scene.coverage().of("purge Allowed") + directoriesLost;
    }

    /** Whether the domain need not start in the end. */
    boolean isPurgeUndone() {
        return purgeUndone;
    }

    /** @param before what was stored when the storage went back */
    void rolledBack(Stored.@Nullable Record before) {
        rolledBack = true;
        boolean undone = purges() > purgesBefore;
        purgeUndone |= undone;
        Stored.Record now = api.record();
        boolean heldThroughout = before != null
                && now != null
                && before.status().holder() != null
                && before.uid().equals(now.uid());
        if (!heldThroughout || undone) {
            // What people started while nobody protected it is not known to anybody.
            scene.truth().forget();
        }
        scene.coverage().reached("limit", "the storage of the cluster went back in time");
        mayBeGone("a rollback");
    }

    // What must be so at any time.

    void check() {
        Stored.Record record = api.record();
        if (record != null && !rolledBack) {
            checkWhoHolds(record);
        }
        Content newest = scene.truth().newest();
        if (scene.truth().mustBeKept() && newest != null && !isSomewhere(newest)) {
            if (isBeingDeleted(record)) {
                scene.truth().forget();
                return;
            }
            boolean awaited = hosts.stream().anyMatch(h -> scene.truth().isAwaited(h.name()));
            boolean unprotected = !isGiven() || scene.truth().isUnprotected() || awaited;
            // What began without the right to, and was let through, may write over a copy that nobody had captured.
            boolean forked = scene.truth().isForked();
            if (scene.truth().isWrittenOver(newest)) {
                mayBeGone("a migration onto what a person chose, before that was captured");
                return;
            }
            if (forked || (unprotected && monthPassed)) {
                mayBeGone("of what nobody protects only the newest capture is kept, and for a month");
                return;
            }
            throw new Broken(Harm.LOST, "the newest state %s is nowhere".formatted(newest));
        }
    }

    /**
     * One host, and under the record's epoch: what the epoch was raised past has given its line up, or was given up. Where a person
     * chose to continue on a host, that one holds what it had until it hears. Where a record was lost by hand, as where the storage went
     * back, hosts may obey orders that nobody remembers: that is noticed then and cannot be prevented.
     */
    private void checkWhoHolds(Stored.Record record) {
        List<Host> holders = hosts.stream()
                .filter(h -> h.holdsFor(record.uid()) && !scene.truth().isForsaken(h.name()))
                .toList();
        List<String> names = holders.stream().map(Host::name).toList();
        if (holders.size() > 1) {
            throw new Broken(Harm.STALE, "several hosts may start the domain: " + names);
        }
        boolean older = !lostByHand
                && holders.stream()
                        .filter(h -> !scene.truth().hasNotHeard(h.name()))
                        .anyMatch(h -> Objects.requireNonNull(h.line()).epoch()
                                < record.status().epoch());
        if (older) {
            throw new Broken(Harm.STALE, "the line was given anew, and another is held: " + names);
        }
    }

    private static boolean isBeingDeleted(Stored.@Nullable Record record) {
        return record != null
                && record.status().deletion() != null
                && record.status().deletion().policy() == DeletionPolicy.DELETE;
    }

    @Override
    public void mayBeGone(String limit) {
        Content newest = scene.truth().newest();
        if (scene.truth().mustBeKept() && newest != null && !isSomewhere(newest)) {
            scene.truth().giveUp(limit);
            if (!isGiven() || scene.truth().isUnprotected()) {
                // Nobody protects it, and what people go on with is what they mean.
                scene.truth().forget();
            }
            forgotten.isGone(hosts);
        }
    }

    private boolean isSomewhere(Content content) {
        return isSomewhereBut(null, content);
    }

    private boolean isSomewhereBut(@Nullable Host but, Content content) {
        return hosts.stream().anyMatch(h -> h != but && h.has(content))
                || api.keepsWhole(content.digest())
                || api.uploads().values().stream().anyMatch(u -> u.digest().equals(content.digest()));
    }
}
