package io.tpmkeeper.simulation.world;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.hook.HookHost.Disk;
import io.tpmkeeper.protocol.operator.OnHostLoss;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.host.Host.PowerLoss;
import io.tpmkeeper.simulation.host.Plan.Fate;
import org.jspecify.annotations.Nullable;

/** Something that happens: how often, in which schedules, and what it is. One that cannot be now is nothing. */
public enum Deed {
    // At work.
    OPERATOR(12, null, (w, h, n) -> w.operator().work()),
    AGENT(12, null, (w, h, n) -> h.agent().work()),
    SETTLE(13, null, (w, h, n) -> w.settle(2)),
    WAKE(4, null, (w, h, n) -> h.libvirt().wake()),
    TIME_PASSES(3, null, (w, h, n) -> w.scene().clock().pass(n)),
    APPLY(3, null, (w, h, n) -> w.apply(Api.HOME, "vm", n % 5 == 0 ? DeletionPolicy.DELETE : DeletionPolicy.RETAIN)),

    // The VM's life.
    START(9, null, (w, h, n) -> w.start(h, n)),
    TIME_OUT(2, null, (w, h, n) -> h.libvirt().timeOut()),
    STOP(
            9,
            null,
            (w, h, n) -> w.running(h)
                    .libvirt()
                    .stop(n % 4 == 0 ? Ending.DESTROYED : n % 7 == 0 ? Ending.CRASHED : Ending.SHUTDOWN)),
    WRITE(4, null, (w, h, n) -> w.write(w.running(h))),
    STOP_AND_START(1, null, (w, h, n) -> {
        Host at = w.running(h);
        at.libvirt().stop(Ending.SHUTDOWN);
        at.libvirt().start(Fate.RUNS);
    }),
    START_UNPROTECTED(3, Feature.UNPROTECTED, (w, h, n) -> {
        if (w.api().record() == null) {
            h.libvirt().start(Fate.RUNS);
        }
    }),
    STOP_UNKNOWN(1, Feature.UNKNOWN_ENDINGS, (w, h, n) -> w.running(h).libvirt().stop(null)),
    UNDEFINE(1, Feature.UNDEFINE, (w, h, n) -> w.undefine(h)),
    STOP_UNDEFINE(2, Feature.UNDEFINE, (w, h, n) -> {
        Host at = w.running(h);
        at.libvirt().stop(Ending.SHUTDOWN);
        w.undefine(at);
    }),
    FAIL_EARLY(1, Feature.FAILED_STARTS, (w, h, n) -> h.libvirt().start(Fate.FAILS_EARLY)),
    FAIL_LATE(1, Feature.FAILED_STARTS, (w, h, n) -> h.libvirt().start(Fate.FAILS_LATE)),
    START_UNSEEN(1, Feature.FAILED_STARTS, (w, h, n) -> h.libvirt().start(Fate.UNSEEN)),
    SAVE(1, Feature.SAVED_IMAGES, (w, h, n) -> w.running(h).libvirt().save(false)),
    MANAGED_SAVE(2, Feature.SAVED_IMAGES, (w, h, n) -> w.running(h).libvirt().save(true)),
    RESTORE(2, Feature.SAVED_IMAGES, (w, h, n) -> w.restore(h, n, Fate.RUNS)),
    RESTORE_FAILS(1, Feature.SAVED_IMAGES, (w, h, n) -> w.restore(h, n, Fate.FAILS_LATE)),
    FORCE_BOOT(1, Feature.SAVED_IMAGES, (w, h, n) -> h.libvirt().removeManagedSave()),
    MIGRATE(5, Feature.MIGRATION, (w, h, n) -> w.migrate(w.running(h), w.other(w.running(h), n))),
    MIGRATED(4, Feature.MIGRATION, (w, h, n) -> w.endMigration(true, n % 4 == 0 ? null : Ending.MIGRATED)),
    MIGRATION_FAILS(3, Feature.MIGRATION, (w, h, n) -> w.endMigration(false, null)),

    MIGRATE_WELL(3, Feature.MIGRATION_DEATHS, (w, h, n) -> w.migrateWell(w.running(h), n, Ending.MIGRATED)),
    MIGRATE_WELL_UNSEEN(1, Feature.MIGRATION_DEATHS, (w, h, n) -> w.migrateWell(w.running(h), n, null)),
    MIGRATE_ON(1, Feature.MIGRATION_DEATHS, (w, h, n) -> {
        w.migrateWell(w.running(h), n, Ending.MIGRATED);
        w.migrateWell(w.running(h), n / 2, Ending.MIGRATED);
    }),
    SOURCE_DIES_MIDWAY(1, Feature.MIGRATION_DEATHS, (w, h, n) -> {
        w.migrate(w.running(h), w.other(w.running(h), n));
        w.losePower(w.running(h), PowerLoss.NOTHING);
    }),
    DESTINATION_DIES_MIDWAY(1, Feature.MIGRATION_DEATHS, (w, h, n) -> {
        Host to = w.other(w.running(h), n);
        w.migrate(w.running(h), to);
        w.losePower(to, PowerLoss.NOTHING);
    }),
    SOURCE_DIES_AFTER(1, Feature.MIGRATION_DEATHS, (w, h, n) -> {
        Host from = w.running(h);
        w.migrateWell(from, n, n % 3 == 0 ? null : Ending.MIGRATED);
        w.losePower(from, PowerLoss.NOTHING);
    }),
    SOURCE_DIES_AT_THE_SWITCH(1, Feature.MIGRATION_DEATHS, (w, h, n) -> {
        w.migrate(w.running(h), w.other(w.running(h), n));
        w.sourceDiesAtTheSwitch();
    }),
    DESTINATION_DIES_AFTER(1, Feature.MIGRATION_DEATHS, (w, h, n) -> {
        w.migrateWell(w.running(h), n, Ending.MIGRATED);
        w.losePower(w.running(h), PowerLoss.NOTHING);
    }),
    OPERATOR_DIES_AFTER_MIGRATION(1, Feature.MIGRATION_DEATHS, (w, h, n) -> {
        w.migrateWell(w.running(h), n, Ending.MIGRATED);
        w.operatorDies(n % 7);
    }),
    BOOT_AFTER_MIGRATION(3, Feature.MIGRATION_DEATHS, (w, h, n) -> h.boot()),

    // Hosts' faults.
    POWER_LOSS(1, Feature.POWER, (w, h, n) -> w.losePower(h, PowerLoss.NOTHING)),
    BOOT(5, Feature.POWER, (w, h, n) -> h.boot()),
    POWER_TEARS(1, Feature.TORN_WRITES, (w, h, n) -> w.losePower(w.running(h), PowerLoss.TORN)),
    BOOT_TORN(4, Feature.TORN_WRITES, (w, h, n) -> h.boot()),
    POWER_FORGETS(
            1,
            Feature.LOST_WRITES,
            (w, h, n) -> w.losePower(w.running(h), n % 2 == 0 ? PowerLoss.UNSYNCED : PowerLoss.MIXED)),
    BOOT_FORGOT(4, Feature.LOST_WRITES, (w, h, n) -> h.boot()),
    POWER_LOSS_WHERE_IT_RUNS(1, Feature.AUTOSTART, (w, h, n) -> w.losePower(w.running(h), PowerLoss.NOTHING)),
    BOOT_AND_AUTOSTART(4, Feature.AUTOSTART, (w, h, n) -> {
        if (!h.isOn()) {
            h.boot();
            h.libvirt().start(Fate.RUNS);
        }
    }),
    AGENT_ENDS(2, Feature.AGENT_AWAY, (w, h, n) -> h.agent().die()),
    AGENT_BEGINS(5, Feature.AGENT_AWAY, (w, h, n) -> h.agent().live()),
    AGENT_DIES_MIDWAY(2, Feature.AGENT_CRASHES, (w, h, n) -> w.agentDies(h, n)),
    AGENT_DIES_BEFORE_HOST_FILE(1, Feature.AGENT_CRASHES, (w, h, n) -> h.agent().dieMidway(true)),
    AGENT_RETURNS(4, Feature.AGENT_CRASHES, (w, h, n) -> h.agent().live()),
    CUT_OFF(2, Feature.PARTITION, (w, h, n) -> h.connect(false)),
    JOIN(5, Feature.PARTITION, (w, h, n) -> h.connect(true)),
    SILENCE_NOTICED(3, null, (w, h, n) -> w.operator().noticeSilence()),
    HOOK_KILLED_AT_STOP(1, Feature.HOOK_KILLED, (w, h, n) -> {
        Host at = w.running(h);
        at.killNextHook(n);
        at.libvirt().stop(Ending.SHUTDOWN);
    }),
    STOPPED_AGAIN(1, Feature.HOOK_KILLED, (w, h, n) -> h.libvirt().stoppedAgain()),
    HOOK_KILLED_AT_START(1, Feature.HOOK_KILLED, (w, h, n) -> {
        h.killNextHook(n);
        h.libvirt().start(Fate.RUNS);
    }),
    POWER_LOSS_IN_HOOK(1, Feature.HOOK_KILLED, (w, h, n) -> {
        Host at = w.running(h);
        at.killNextHook(n);
        at.libvirt().stop(Ending.SHUTDOWN);
        w.losePower(at, PowerLoss.NOTHING);
    }),
    BOOT_AFTER_HOOK(3, Feature.HOOK_KILLED, (w, h, n) -> h.boot()),
    DIRECTORY_LOST(1, Feature.DIRECTORY_LOST, (w, h, n) -> w.loseDirectory(h)),
    DISK_FULL(1, Feature.FULL_DISK, (w, h, n) -> h.fill(new Disk(false, false, n % 3 != 0))),
    DISK_FREED(3, Feature.FULL_DISK, (w, h, n) -> w.freeDisk(h)),
    STOP_LET_GO(1, Feature.FULL_DISK, (w, h, n) -> h.letStopGo()),
    HOST_FILE_BREAKS(1, Feature.BROKEN_HOST_FILES, (w, h, n) -> h.breakHostFile()),
    PATHS_FORGOTTEN(1, Feature.BROKEN_HOST_FILES, (w, h, n) -> h.forgetPaths()),

    // The cluster's faults.
    OPERATOR_STEP(10, Feature.INTERLEAVING, (w, h, n) -> w.operatorSteps(1 + n % 4)),
    AGENT_STEP(10, Feature.INTERLEAVING, (w, h, n) -> w.agentSteps(h, 1 + n % 6)),
    OPERATOR_DIES(2, Feature.OPERATOR_CRASHES, (w, h, n) -> w.operatorDies(n % 7)),
    DEPOSED(1, Feature.TWO_LEADERS, (w, h, n) -> w.depose(n % 5)),
    OLD_LEADER_STEP(5, Feature.TWO_LEADERS, (w, h, n) -> w.oldLeaderSteps(1 + n % 3)),
    OPERATOR_LAGS(1, Feature.STALE_CACHES, (w, h, n) -> w.operator().lag(true)),
    OPERATOR_CATCHES_UP(3, Feature.STALE_CACHES, (w, h, n) -> w.operator().lag(false)),
    AGENT_LAGS(1, Feature.STALE_CACHES, (w, h, n) -> h.agent().lag(true)),
    AGENT_CATCHES_UP(3, Feature.STALE_CACHES, (w, h, n) -> h.agent().lag(false)),
    SNAPSHOT(1, Feature.ROLLBACK, (w, h, n) -> w.takeSnapshot()),
    ROLL_BACK(1, Feature.ROLLBACK, (w, h, n) -> w.rollBack()),
    CLOCK_BACK(1, Feature.CLOCKS, (w, h, n) -> w.scene().clock().pass(-1_000 * n)),
    A_MONTH_PASSES(1, Feature.CLOCKS, (w, h, n) -> w.monthPasses()),

    // People.
    DELETE(1, Feature.DELETION, (w, h, n) -> w.delete(DeletionPolicy.RETAIN)),
    DELETE_ALL(1, Feature.DELETION, (w, h, n) -> w.delete(DeletionPolicy.DELETE)),
    DELETE_NAMESPACE(1, Feature.NAMESPACE, (w, h, n) -> w.deleteNamespace()),
    MAKE_NAMESPACE(3, Feature.NAMESPACE, (w, h, n) -> w.api().makeNamespaceAgain(Api.HOME)),
    STRANGER_APPLIES(
            1,
            Feature.STRANGERS,
            (w, h, n) -> w.apply(n % 2 == 0 ? "thieves" : Api.HOME, "stranger", DeletionPolicy.RETAIN)),
    STRANGER_DELETES(1, Feature.STRANGERS, (w, h, n) -> w.deleteStrangers(DeletionPolicy.RETAIN)),
    FENCE(1, Feature.FENCING, (w, h, n) -> h.fence()),
    POWER_LOSS_TO_FENCE(1, Feature.FENCING, (w, h, n) -> {
        w.losePower(h, PowerLoss.NOTHING);
        w.operator().noticeSilence();
        h.fence();
    }),
    BOOT_FENCED(3, Feature.FENCING, (w, h, n) -> h.boot()),
    FENCE_UNSEEN(1, Feature.FENCED_ALIVE, (w, h, n) -> {
        h.connect(n % 3 == 0);
        w.operator().noticeSilence();
        h.fenceUnseen();
    }),
    UNFENCE(2, Feature.FENCED_ALIVE, (w, h, n) -> h.unfence()),
    JOIN_FENCED(2, Feature.FENCED_ALIVE, (w, h, n) -> h.connect(true)),
    NEVER_PASSED_OVER(
            1, Feature.HOST_LOSS_POLICIES, (w, h, n) -> w.policy().set(new OnHostLoss(OnHostLoss.When.NEVER, 0))),
    PASSED_OVER_AFTER(
            2, Feature.HOST_LOSS_POLICIES, (w, h, n) -> w.policy().set(new OnHostLoss(OnHostLoss.When.AFTER, 10L * n))),
    PASSED_OVER_WHEN_FENCED(
            1, Feature.HOST_LOSS_POLICIES, (w, h, n) -> w.policy().set(OnHostLoss.WHEN_FENCED)),
    HOST_IS_AWAY_FOR_LONG(1, Feature.HOST_LOSS_POLICIES, (w, h, n) -> {
        Host away = w.running(h);
        if (n % 2 == 0) {
            w.losePower(away, PowerLoss.NOTHING);
        } else {
            away.connect(false);
        }
        w.operator().noticeSilence();
        w.operator().work();
        w.scene().clock().pass(20L * n);
    }),
    HOST_IS_BACK(3, Feature.HOST_LOSS_POLICIES, (w, h, n) -> {
        h.boot();
        h.connect(true);
    }),
    ACCEPT(5, Feature.CONSENTS, (w, h, n) -> w.people().accept(n)),
    ACCEPT_AN_OLD_ONE(2, Feature.CONSENTS, (w, h, n) -> w.people().acceptAnOldOne(n)),
    KEEP_IN_GIT(1, Feature.CONSENTS, (w, h, n) -> w.people().keepInGit(n % 3 != 0)),
    ACCEPT_WHILE_IT_ASKS(2, Feature.CONSENTS, (w, h, n) -> {
        w.start(h, n);
        w.settle(2);
        w.people().accept(n);
        w.settle(1);
    }),
    GENERATION_DELETED(1, Feature.GENERATIONS_BY_HAND, (w, h, n) -> w.deleteGeneration(n)),
    RECORD_DELETED(1, Feature.RECORDS_BY_HAND, (w, h, n) -> w.deleteRecord()),
    RECORD_WIPED(1, Feature.RECORDS_BY_HAND, (w, h, n) -> w.wipeRecord()),
    UNDEFINE_RUNNING(1, Feature.UNDEFINED_RUNNING, (w, h, n) -> w.undefineRunning(w.running(h))),
    ANOTHER_TAKES_THE_NAME(2, Feature.NVRAM_OF_ANOTHER, (w, h, n) -> w.anotherTakesTheName(h)),
    ANOTHER_IS_SAVED(1, Feature.NVRAM_OF_ANOTHER, (w, h, n) -> h.libvirt().anotherIsUnsaved(false)),
    EDIT(1, Feature.EDITED_FILES, (w, h, n) -> w.edit(h)),
    BREAK_GLASS(1, Feature.BREAK_GLASS, (w, h, n) -> h.breakGlass(true)),
    MEND_GLASS(3, Feature.BREAK_GLASS, (w, h, n) -> h.breakGlass(false)),
    WARN(1, Feature.OTHER_GUARDS, (w, h, n) -> w.policy().set(n % 2 == 0 ? Guard.WARN : Guard.OFF)),
    ENFORCE(2, Feature.OTHER_GUARDS, (w, h, n) -> w.policy().set(Guard.ENFORCE)),
    CAPTURE_LIVE(3, Feature.LIVE_CAPTURES, (w, h, n) -> w.policy().captureLive(10L)),
    CAPTURE_ENDS_ONLY(1, Feature.LIVE_CAPTURES, (w, h, n) -> w.policy().captureLive(null)),
    WRITE_AND_WAIT(4, Feature.LIVE_CAPTURES, (w, h, n) -> {
        w.write(w.running(h));
        w.scene().clock().pass(n);
    }),
    ASK_FOR_CAPTURE(
            2,
            Feature.LIVE_CAPTURES,
            (w, h, n) -> w.api().askForCapture(w.scene().clock().name("capture"))),
    QUOTA_IS_FULL(2, Feature.QUOTA, (w, h, n) -> w.api().refuseGenerations(true)),
    QUOTA_IS_RAISED(3, Feature.QUOTA, (w, h, n) -> w.api().refuseGenerations(false)),
    FORBID(1, Feature.FORBIDDEN_NODES, (w, h, n) -> h.allow(false)),
    ALLOW(2, Feature.FORBIDDEN_NODES, (w, h, n) -> h.allow(true));

    /** What it does to the world, with a host and a number below 100 drawn for it. */
    @FunctionalInterface
    interface Happening {
        void happen(SimulatedWorld world, Host host, int number);
    }

    private final int weight;
    private final @Nullable Feature feature;
    private final Happening happening;

    Deed(int weight, @Nullable Feature feature, Happening happening) {
        this.weight = weight;
        this.feature = feature;
        this.happening = happening;
    }

    int weight() {
        return weight;
    }

    @Nullable
    Feature feature() {
        return feature;
    }

    void happen(SimulatedWorld world, Host host, int number) {
        happening.happen(world, host, number);
    }
}
