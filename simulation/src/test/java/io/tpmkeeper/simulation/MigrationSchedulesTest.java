package io.tpmkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.operator.Finding.Reason;
import io.tpmkeeper.simulation.host.Host.PowerLoss;
import io.tpmkeeper.simulation.host.Plan.Fate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Live migrations: the line goes where the domain went, and a blank that failed on the way is nothing. */
class MigrationSchedulesTest extends Schedules {
    @Test
    void aFailedIncomingMigrationLeavesNothingThatCounts() {
        runsOn(a);
        world.migrate(a, b);
        world.endMigration(false, null);
        world.settle(2);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
    }

    @Test
    void theDestinationOfAMigrationDoesNotGoBackToTheSourcesState() {
        runsOn(a);
        migrates(a, b, Ending.UNKNOWN);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        isRefused(b, Reason.MISSING_STATE);
        isRefused(c, Reason.MISSING_STATE);
    }

    @Test
    void whatTheHostThatAsksReceivedItselfIsNotPassedOver() {
        stoppedOn(a);
        starts(a);
        world.write(a);
        world.migrate(a, b);
        world.sourceDiesAtTheSwitch();
        a.fence();
        world.operator().noticeSilence();
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        b.libvirt().start(Fate.RUNS);
        acceptsToContinueOn(Reason.HOST_LOSS, b);
        starts(b);
    }

    @Test
    void aMigrationThatFailsAfterItsDestinationWasChosenIsNotTheDomain() {
        a.libvirt().start(Fate.RUNS);
        world.migrate(a, c);
        a.libvirt().stop(Ending.SHUTDOWN);
        apply();
        asked(Reason.FOUND_ON_SEVERAL_NODES);
        world.people().accept(0);
        world.operatorSteps(1);
        world.endMigration(false, null);
        acceptsToContinueOn(Reason.FOUND_ON_SEVERAL_NODES, a);
        starts(b);
    }

    @Test
    void whatWasBegunWhereItArrivedIsOfferedWhereItHidesHowThatEnded() {
        runsOn(a);
        world.migrate(a, b);
        world.endMigration(true, Ending.MIGRATED);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        b.breakGlass(true);
        b.libvirt().start(Fate.RUNS);
        b.breakGlass(false);
        b.libvirt().stop(Ending.SHUTDOWN);
        acceptsToContinueOn(Reason.MISSING_STATE, b);
        starts(c);
    }

    @Test
    void whatArrivedBeforeItsHostHeardWhereTheLineIsStays() {
        stoppedOn(b);
        starts(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        b.agent().die();
        starts(c);
        migrates(c, b, Ending.UNKNOWN);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        b.agent().live();
        world.settle(2);
        isRefused(c, Reason.MISSING_STATE);
        acceptsToContinueOn(Reason.MISSING_STATE, b);
        starts(a);
    }

    @Test
    void aSilentDestinationIsWaitedFor() {
        runsOn(a);
        b.agent().die();
        world.operator().noticeSilence();
        migrates(a, b, Ending.UNKNOWN);
        isRefused(c, Reason.HOST_LOSS);
    }

    @Test
    void retainDoesNotPurgeWhatAMigrationTookElsewhere() {
        runsOn(a);
        migrates(a, b, Ending.MIGRATED);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.undefine(b);
        world.delete(DeletionPolicy.RETAIN);
        world.undefine(a);
        world.settle(6);
        apply();
        starts(c);
    }

    @Test
    void aFailedMigrationIsFollowedByOneThatSucceedsElsewhere() {
        runsOn(a);
        world.migrate(a, b);
        world.endMigration(false, null);
        migrates(a, c, Ending.MIGRATED);
        world.settle(4);
        assertThat(holder()).isEqualTo("c");
        assertThat(c.runsOnline()).isTrue();
        world.write(c);
        c.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(b);
    }

    @Test
    void theLineFollowsAMigration() {
        runsOn(a);
        migrates(a, b, Ending.MIGRATED);
        world.settle(3);
        assertThat(b.runsOnline()).isTrue();
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
    }

    @Test
    void thereAndBackAgainWhileNobodyDecides() {
        runsOn(a);
        world.migrate(a, b);
        world.endMigration(true, Ending.MIGRATED);
        world.write(b);
        world.migrate(b, a);
        world.endMigration(true, Ending.MIGRATED);
        world.settle(4);
        assertThat(a.runsOnline()).isTrue();
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(c);
    }

    @Test
    void onToAThirdHostWhileNobodyDecides() {
        runsOn(a);
        world.migrate(a, b);
        world.endMigration(true, Ending.MIGRATED);
        world.write(b);
        world.migrate(b, c);
        world.endMigration(true, Ending.MIGRATED);
        world.settle(4);
        assertThat(holder()).isEqualTo("c");
        c.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
    }

    @Test
    void theSourceIsNotStartedRightAfter() {
        runsOn(a);
        world.migrate(a, b);
        world.endMigration(true, Ending.MIGRATED);
        a.libvirt().start(Fate.RUNS);
        assertThat(a.libvirt().runs()).isFalse();
        world.settle(4);
        assertThat(a.libvirt().runs()).isFalse();
        assertThat(holder()).isEqualTo("b");
    }

    @Test
    void theSourceDiesAtTheSwitchOverAndAPersonSaysWhereItRuns() {
        runsOn(a);
        world.migrate(a, b);
        world.sourceDiesAtTheSwitch();
        world.operator().noticeSilence();
        world.write(b);
        world.settle(2);
        c.libvirt().start(Fate.RUNS);
        acceptsToContinueOn(Reason.HOST_LOSS, b);
        c.libvirt().timeOut();
        assertThat(b.runsOnline()).isTrue();
        b.libvirt().stop(Ending.SHUTDOWN);
        a.boot();
        world.settle(3);
        starts(c);
    }

    @Test
    void theDestinationDiesBeforeItReports() {
        runsOn(a);
        world.migrate(a, b);
        world.endMigration(true, Ending.MIGRATED);
        world.losePower(b, PowerLoss.NOTHING);
        world.operator().noticeSilence();
        isRefused(c, Reason.HOST_LOSS);
        b.boot();
        world.settle(4);
        asked(Reason.MISSING_STATE);
        isRefused(c, Reason.MISSING_STATE);
        acceptsToContinueOn(Reason.MISSING_STATE, a);
        starts(c);
    }

    @Test
    void aHostThatReceivesItIsNotPassedByWhenTheSourceDies() {
        runsOn(a);
        world.migrate(a, b);
        world.settle(1);
        a.losePower(PowerLoss.NOTHING);
        a.fence();
        world.operator().noticeSilence();
        isRefused(c, Reason.HOST_LOSS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void anOperatorDiesBetweenAnyTwoWritesOfACommit(int after) {
        runsOn(a);
        world.migrate(a, b);
        world.endMigration(true, Ending.MIGRATED);
        world.hosts().forEach(h -> h.agent().work());
        world.operatorDies(after);
        world.settle(4);
        assertThat(b.runsOnline()).isTrue();
    }

    @Test
    void whatIsRetainedIsFollowedToWhereItMigrated() {
        runsOn(a);
        world.migrate(a, b);
        world.endMigration(true, Ending.MIGRATED);
        world.write(b);
        world.delete(DeletionPolicy.RETAIN);
        world.settle(4);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.undefine(a);
        world.undefine(b);
        world.settle(6);
        apply();
        starts(c);
    }

    @Test
    void aGuestThatEndsOnItsWayBackStaysWhereItEnded() {
        runsOn(a);
        world.migrate(a, c);
        world.endMigration(true, Ending.MIGRATED);
        world.write(c);
        world.migrate(c, b);
        c.libvirt().stop(Ending.DESTROYED);
        world.settle(3);
        assertThat(holder()).as("b waits for what comes no more").isEqualTo("a");
        world.endMigration(false, null);
        world.settle(4);
        assertThat(holder()).as("it ended there").isEqualTo("c");
        assertThat(b.holds()).as("what lies there is libvirt's blank").isFalse();
        starts(a);
    }

    @Test
    void whatWasBegunWhereItWentIsAskedAboutThoughALaterStartThereWasRefused() {
        runsOn(a);
        b.agent().die();
        migrates(a, b, Ending.MIGRATED);
        world.write(b);
        world.losePower(b, PowerLoss.NOTHING);
        a.breakGlass(true);
        a.libvirt().start(Fate.RUNS);
        migrates(a, c, Ending.MIGRATED);
        a.breakGlass(false);
        c.libvirt().stop(Ending.DESTROYED);
        b.boot();
        b.breakGlass(true);
        b.libvirt().start(Fate.RUNS);
        b.breakGlass(false);
        b.libvirt().stop(Ending.SHUTDOWN);
        b.libvirt().start(Fate.RUNS);
        b.libvirt().timeOut();
        acceptsToContinueOn(Reason.FORKED_RUN, b);
        starts(c);
    }

    /** A limit: libvirt had said that a migration comes, and the hook takes the start for it. */
    @Test
    void aStartThatTheHookTookForTheMigrationIsFollowedWhereTheRealOneDied() {
        runsOn(a);
        c.killNextHook(50);
        world.migrate(a, c);
        world.migrate(a, b);
        world.endMigration(true, Ending.MIGRATED);
        world.losePower(b, PowerLoss.NOTHING);
        c.libvirt().start(Fate.RUNS);
        b.boot();
        world.settle(4);
        assertThat(holder()).isEqualTo("c");
        assertThat(world.scene().coverage().of("limit a start that the hook took for a migration is followed"))
                .isPositive();
    }
}
