package io.tpmkeeper.simulation.world;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.hook.HookHost.Disk;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.cluster.ClassPolicy;
import io.tpmkeeper.simulation.cluster.Operator;
import io.tpmkeeper.simulation.cluster.Stored;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.host.Host.PowerLoss;
import io.tpmkeeper.simulation.host.Migration;
import io.tpmkeeper.simulation.host.Plan.Fate;
import io.tpmkeeper.simulation.truth.Content;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Three hosts, a cluster, an operator, and what can be done to them. */
public final class SimulatedWorld {
    private static final int UNPROTECTED_PERCENT = 8;

    private final Scene scene;
    private final Api api = new Api();
    private final ClassPolicy policy = new ClassPolicy();
    private final Observer observer;
    private final People people;
    private final List<Host> hosts;
    private Operator operator;

    /** A leader that was deposed in the middle of a pass and does not know it. */
    private @Nullable Operator oldLeader;

    private @Nullable Api snapshot;
    private @Nullable Migration migration;

    public SimulatedWorld(Scene scene) {
        this.scene = scene;
        this.observer = new Observer(scene, api);
        this.hosts = List.of("a", "b", "c").stream()
                .map(name -> new Host(name, scene, api, observer))
                .toList();
        observer.watch(hosts);
        this.people = new People(scene, api);
        this.operator = newOperator();
    }

    private Operator newOperator() {
        return new Operator(api, scene, observer, policy, observer);
    }

    public Scene scene() {
        return scene;
    }

    public Api api() {
        return api;
    }

    public ClassPolicy policy() {
        return policy;
    }

    public People people() {
        return people;
    }

    public Operator operator() {
        return operator;
    }

    public List<Host> hosts() {
        return hosts;
    }

    /** By its name. */
    public Host host(String name) {
        return hosts.stream().filter(h -> h.name().equals(name)).findFirst().orElseThrow();
    }

    /** Whether every promise holds. @throws io.tpmkeeper.simulation.truth.Broken if one does not */
    public void check() {
        if (hosts.stream().anyMatch(h -> h.libvirt().takesAnUnsavedEndAlong())) {
            observer.mayBeGone("an end that no hook saw, and an undefine");
        }
        observer.check();
        people.look();
    }

    /** Everybody does what there is to do, so many times. */
    public void settle(int rounds) {
        for (int i = 0; i < rounds; i++) {
            operator.work();
            check();
            for (Host host : hosts) {
                host.agent().work();
                host.libvirt().tryHeldStop();
                host.libvirt().wake();
                check();
            }
        }
    }

    // The VM's life.

    /** The host if the VM runs there, else one where it does, else the host all the same. */
    Host running(Host host) {
        return host.libvirt().runs()
                ? host
                : hosts.stream().filter(h -> h.libvirt().runs()).findFirst().orElse(host);
    }

    Host other(Host host, int number) {
        return hosts.get((hosts.indexOf(host) + 1 + number % 2) % hosts.size());
    }

    /** Mostly it is protected before it is started first: what ran on several hosts before is nobody's to continue from. */
    void start(Host host, int number) {
        if (host.isProtected() || number < UNPROTECTED_PERCENT) {
            host.libvirt().start(Fate.RUNS);
        } else {
            host.libvirt().define();
            settle(1);
        }
    }

    public void write(Host host) {
        if (host.libvirt().runs()) {
            host.libvirt().write();
            if (!host.runsOnline()) {
                observer.mayBeGone("a fork that wrote over the last copy");
            }
        }
    }

    public void restore(Host host, int number, Fate fate) {
        List<Content> images = host.libvirt().images();
        if (!images.isEmpty()) {
            host.libvirt().restore(images.get(number % images.size()), fate);
        }
    }

    public void undefine(Host host) {
        boolean unsaved = isUnsaved(host);
        boolean untold = host.isFirstRunUntold() && scene.truth().mustBeKept();
        host.libvirt().undefine();
        if (unsaved) {
            observer.mayBeGone("an end that no hook saw, and an undefine");
        }
        if (untold && scene.truth().isGone()) {
            scene.coverage()
                    .reached("limit", "a first run of which nobody was told that it had begun, and an undefine");
            scene.truth().goesOnFrom(null);
        }
    }

    /** Where it may start it is undefined, and another VM that nobody has captured yet gets its name, and so its NVRAM's. */
    void anotherTakesTheName(Host host) {
        if (host.isOn()
                && host.holds()
                && !host.libvirt().isActive()
                && !host.libvirt().waits()
                && !host.libvirt().holdsStop()) {
            undefine(host);
            host.libvirt().varsAreReplaced();
            host.libvirt().anotherIsUnsaved(true);
        }
    }

    /** Not a guest that began before the hook knew where its NVRAM is: that has no second name for it, and nobody can keep it. */
    void undefineRunning(Host host) {
        if (host.libvirt().runs() && !host.libvirt().hasSecondName()) {
            scene.coverage().reached("limit", "NVRAM of a run that the hook did not know is lost with its name");
            return;
        }
        host.libvirt().undefineRunning();
    }

    private boolean isUnsaved(Host host) {
        return host.libvirt().isEndUnsaved()
                || observer.wentBack()
                || scene.truth().isAwaited(host.name());
    }

    public void migrate(Host from, Host to) {
        if (migration == null) {
            migration = Migration.begin(from, to, scene);
        }
    }

    /** @param how what the source's log says; null: nothing */
    public void endMigration(boolean well, @Nullable Ending how) {
        Migration ends = migration;
        if (ends == null) {
            return;
        }
        migration = null;
        if (well && !ends.isBroken()) {
            ends.succeed(how);
            hasArrived(ends);
        } else {
            ends.fail();
        }
    }

    /** @param how what the source's log says; null: nothing */
    void migrateWell(Host from, int number, @Nullable Ending how) {
        migrate(from, other(from, number));
        endMigration(true, how);
    }

    private void hasArrived(Migration ends) {
        if (scene.truth().isForsaken(ends.from().name())) {
            observer.mayBeGone("a host that was given up for dead migrates onto the newest state");
        }
        if (hosts.stream().anyMatch(h -> scene.truth().isAwaited(h.name()))) {
            scene.truth().writesOverWhatWasChosen(ends.to().name());
            observer.mayBeGone("a migration onto what a person chose, before that was captured");
        }
    }

    /** The guest runs on the destination, and the source is off before it can call its hook. */
    public void sourceDiesAtTheSwitch() {
        Migration ends = migration;
        if (ends != null && !ends.isBroken()) {
            migration = null;
            ends.switchOver();
            hasArrived(ends);
            ends.from().losePower(PowerLoss.NOTHING);
        }
    }

    public void losePower(Host host, PowerLoss harm) {
        host.losePower(harm);
        if (migration != null && migration.isBroken()) {
            endMigration(false, null);
        }
    }

    void edit(Host host) {
        if (hosts.stream().noneMatch(h -> h.libvirt().isActive())) {
            boolean unused = host.editAndAccept();
        }
    }

    public void loseDirectory(Host host) {
        host.loseDirectory();
        observer.directoryLost(host);
    }

    public void freeDisk(Host host) {
        host.fill(Disk.GOOD);
        host.libvirt().tryHeldStop();
    }

    // The cluster.

    public void operatorSteps(int count) {
        for (int i = 0; i < count && operator.step(); i++) {
            check();
        }
    }

    public void agentSteps(Host host, int count) {
        for (int i = 0; i < count && host.agent().step(); i++) {
            check();
        }
    }

    /** It is killed after so many steps, and another one begins. */
    public void operatorDies(int after) {
        operatorSteps(after);
        scene.story().say("operator", "dies");
        operator = newOperator();
    }

    void agentDies(Host host, int number) {
        agentSteps(host, number % 12);
        host.agent().die();
    }

    public void depose(int after) {
        operatorSteps(after);
        scene.story().say("operator", "is deposed and does not know it");
        operator.depose();
        oldLeader = operator;
        operator = newOperator();
    }

    /** It finishes the pass that it is in, and then hears that it leads no more. */
    public void oldLeaderSteps(int count) {
        for (int i = 0; i < count && oldLeader != null; i++) {
            if (!oldLeader.isBusy() || !oldLeader.step()) {
                oldLeader = null;
            }
            check();
        }
    }

    void monthPasses() {
        observer.monthPasses();
    }

    public void takeSnapshot() {
        snapshot = api.copy();
        observer.snapshotTaken();
    }

    public void rollBack() {
        if (snapshot != null) {
            scene.story().say("etcd", "is restored from a snapshot");
            var before = api.record();
            api.restore(snapshot);
            snapshot = null;
            observer.rolledBack(before);
            operator = newOperator();
            if (oldLeader != null) {
                oldLeader.storageWentBack();
            }
        }
    }

    // People.

    public void apply(String namespace, String name, DeletionPolicy deletion) {
        api.apply(scene.clock().name("owner"), namespace, name, deletion);
        people.applied();
    }

    public void delete(DeletionPolicy with) {
        if (observer.isRecordLost()) {
            scene.coverage().reached("limit", "a deletion while the record is lost does not clean the hosts");
            return;
        }
        scene.story().say("user", "deletes the VmTpmState (%s)", with);
        api.delete(Api.HOME, "vm", with);
    }

    void deleteStrangers(DeletionPolicy with) {
        api.delete("thieves", "stranger", with);
        api.delete(Api.HOME, "stranger", with);
    }

    public void deleteNamespace() {
        if (observer.isRecordLost()) {
            scene.coverage().reached("limit", "a deletion while the record is lost does not clean the hosts");
            return;
        }
        scene.story().say("user", "deletes the namespace");
        api.deleteNamespace(Api.HOME);
        observer.mayBeGone("generations that went with their namespace");
    }

    public void deleteGeneration(int number) {
        var all = List.copyOf(api.generations().values());
        if (!all.isEmpty()) {
            api.delete(all.get(number % all.size()));
            observer.mayBeGone("a generation deleted by hand");
        }
    }

    /** Not while something is being deleted: the hosts would not be cleaned. */
    private boolean isBeingDeleted() {
        Stored.Record record = api.record();
        return api.states().values().stream().anyMatch(Stored.State::deleting)
                || record == null
                || record.status().deletion() != null;
    }

    public void deleteRecord() {
        if (isBeingDeleted()) {
            return;
        }
        scene.story().say("user", "deletes the VmTpmRecord");
        api.loseRecord();
        observer.recordLost();
        // Restored from there, the storage would bring it back beside the one that took its place.
        snapshot = null;
    }

    /** Its status alone. */
    public void wipeRecord() {
        if (isBeingDeleted()) {
            return;
        }
        scene.story().say("user", "wipes the status of the VmTpmRecord");
        api.loseRecordStatus();
        observer.recordLost();
    }

    /** Whether the domain need not start in the end, nor be said why: a purge was undone by a rollback. */
    boolean mayBeStuck() {
        return observer.isPurgeUndone();
    }

    /** What lets go what is kept is a record's or a VmTpmState's deletion: there is neither. */
    boolean isHeldUpByContentWithoutARecord() {
        return api.record() == null && api.states().isEmpty() && api.isHeldUp(Api.HOME);
    }

    /**
     * Nothing is wrong any more, and everybody who was away is back.
     *
     * @param lost number of a host that stays off if it is; null: none
     */
    public void endFaults(@Nullable Integer lost) {
        scene.story().say("world", "faults cease");
        endMigration(false, null);
        oldLeader = null;
        policy.set(io.tpmkeeper.protocol.Guard.ENFORCE);
        api.refuseGenerations(false);
        for (Host host : hosts) {
            if (lost == null || host != hosts.get(lost)) {
                host.boot();
                host.unfence();
            }
            host.connect(true);
            host.allow(true);
            host.killNextHook(null);
            host.agent().dieMidway(false);
            host.agent().live();
            host.agent().lag(false);
            host.breakGlass(false);
            host.libvirt().anotherIsUnsaved(false);
            freeDisk(host);
            host.libvirt().timeOut();
        }
        operator = newOperator();
        operator.noticeSilence();
    }
}
