package io.tpmkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.hook.HookHost.Disk;
import io.tpmkeeper.protocol.operator.Finding;
import io.tpmkeeper.protocol.operator.Finding.Reason;
import io.tpmkeeper.protocol.operator.Generation;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.host.Host.PowerLoss;
import io.tpmkeeper.simulation.host.Plan.Fate;
import io.tpmkeeper.simulation.truth.Scene;
import io.tpmkeeper.simulation.world.SimulatedWorld;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The schedules that a machine like this one has to survive, each by its name. Every promise is checked after every step: what a
 * test asserts besides is what must come of it in the end.
 */
class SchedulesTest {
    private final SimulatedWorld world = new SimulatedWorld(Scene.begin(false));
    private final Host a = world.host("a");
    private final Host b = world.host("b");
    private final Host c = world.host("c");

    private void apply() {
        world.apply(Api.HOME, "vm", DeletionPolicy.RETAIN);
        world.settle(3);
    }

    /** Protected, and running there with something written. */
    private void runsOn(Host host) {
        host.libvirt().define();
        apply();
        starts(host);
        world.write(host);
        world.settle(1);
    }

    private void stoppedOn(Host host) {
        runsOn(host);
        host.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
    }

    private void starts(Host host) {
        tries(host);
        assertThat(host.runsOnline())
                .as("%s, found %s", host, world.operator().findings())
                .isTrue();
    }

    private void tries(Host host) {
        host.libvirt().start(Fate.RUNS);
        for (int i = 0; i < 6 && !host.libvirt().runs(); i++) {
            world.scene().clock().pass(40);
            world.settle(1);
        }
    }

    private void isRefused(Host host, Reason why) {
        tries(host);
        assertThat(host.libvirt().runs()).isFalse();
        assertThat(world.operator().findings()).extracting(Finding::reason).contains(why);
        host.libvirt().timeOut();
    }

    private void migrates(Host from, Host to, Ending seen) {
        world.migrate(from, to);
        world.endMigration(true, seen == Ending.UNKNOWN ? null : seen);
        world.settle(1);
    }

    @Test
    void itMovesWithItsNewestState() {
        stoppedOn(a);
        starts(b);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        starts(c);
    }

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
    void aHostThatGaveTheLineAwayDoesNotStartItWithTheApiAway() {
        stoppedOn(a);
        starts(b);
        a.connect(false);
        tries(a);
        assertThat(a.libvirt().runs()).isFalse();
    }

    @Test
    void aDeadHolderIsNotPassedBy() {
        runsOn(a);
        world.losePower(a, PowerLoss.NOTHING);
        world.operator().noticeSilence();
        isRefused(b, Reason.HOST_LOSS);
        a.boot();
        world.settle(2);
        starts(a);
    }

    @Test
    void itStopsAndStartsWithinASecond() {
        runsOn(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        a.libvirt().start(Fate.RUNS);
        assertThat(a.runsOnline()).isTrue();
    }

    @Test
    void itStartsFromItsEntryWithTheAgentDeadAndTheFilesGone() {
        runsOn(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        a.agent().die();
        world.undefine(a);
        a.libvirt().start(Fate.RUNS);
        assertThat(a.runsOnline()).isTrue();
    }

    @Test
    void aMoveWaitsForAnEndThatIsNotSaved() {
        stoppedOn(a);
        a.libvirt().start(Fate.RUNS);
        world.write(a);
        b.libvirt().start(Fate.RUNS);
        world.settle(2);
        assertThat(b.libvirt().runs()).isFalse();
        a.libvirt().stop(Ending.SHUTDOWN);
        b.libvirt().timeOut();
        starts(b);
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
        world.settle(4);
        assertThat(world.operator().findings()).extracting(Finding::reason).contains(Reason.CLEANUP_FAILED);
    }

    @Test
    void aStopWithoutSpaceIsRescuedOrHeld() {
        runsOn(a);
        a.fill(new Disk(false, false, false));
        a.libvirt().stop(Ending.SHUTDOWN);
        assertThat(a.libvirt().holdsStop()).isTrue();
        world.freeDisk(a);
        assertThat(a.libvirt().holdsStop()).isFalse();
        world.undefine(a);
        world.settle(2);
        starts(b);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 20, 24, 28})
    void anOperatorDiesBetweenAnyTwoWritesOfAMove(int after) {
        stoppedOn(a);
        b.libvirt().start(Fate.RUNS);
        b.agent().work();
        world.operatorDies(after);
        starts(b);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void anAgentDiesBetweenAnyTwoStepsOfGivingUp(int after) {
        stoppedOn(a);
        b.libvirt().start(Fate.RUNS);
        b.agent().work();
        world.operator().work();
        world.agentSteps(a, after);
        a.agent().die();
        a.agent().live();
        starts(b);
    }

    @Test
    void aDeposedLeaderWritesNoOrderOverANewerOne() {
        stoppedOn(a);
        world.settle(1);
        world.delete(DeletionPolicy.DELETE);
        world.depose(1);
        world.settle(6);
        world.oldLeaderSteps(5);
        world.settle(3);
        assertThat(world.api().record()).isNull();
        assertThat(a.line()).isNull();
    }

    @Test
    void unchangedContentMakesNoGeneration() {
        stoppedOn(a);
        int before = world.api().generations().size();
        starts(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        assertThat(world.api().generations()).hasSize(before);
        starts(b);
    }

    @Test
    void aStorageThatWentBackIsNoticed() {
        stoppedOn(a);
        world.takeSnapshot();
        starts(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        world.rollBack();
        isRefused(c, Reason.ROLLED_BACK);
    }

    @Test
    void anImageOfThePastIsNotRestored() {
        runsOn(a);
        a.libvirt().save(false);
        starts(a);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        world.restore(a, 0, Fate.RUNS);
        world.settle(2);
        assertThat(a.libvirt().runs()).isFalse();
        starts(a);
    }

    @Test
    void aManagedSaveOfTheNewestStateGoesOn() {
        runsOn(a);
        a.libvirt().save(true);
        world.settle(2);
        starts(a);
    }

    @Test
    void aNamespaceGoesThoughACaptureWaits() {
        runsOn(a);
        world.deleteNamespace();
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(8);
        assertThat(world.api().record()).isNull();
        assertThat(world.api().generations()).isEmpty();
    }

    @Test
    void aHostDirectoryThatWasLostIsSaid() {
        stoppedOn(a);
        world.loseDirectory(a);
        world.settle(2);
        isRefused(b, Reason.HOST_LOSS);
    }

    @Test
    void aHostDirectoryThatWasLostInTheMiddleOfAMoveIsSaid() {
        stoppedOn(a);
        starts(a);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        b.libvirt().start(Fate.RUNS);
        b.agent().work();
        world.operator().work();
        world.agentSteps(a, 4);
        a.agent().die();
        world.loseDirectory(a);
        a.agent().live();
        isRefused(b, Reason.HOST_LOSS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99})
    void aHookIsKilledAtAnyPointOfAStop(int percent) {
        runsOn(a);
        a.killNextHook(percent);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99})
    void aHookIsKilledAtAnyPointOfAStartThatInstalls(int percent) {
        stoppedOn(a);
        world.undefine(a);
        a.killNextHook(percent);
        a.libvirt().start(Fate.RUNS);
        world.settle(2);
        starts(a);
    }

    @Test
    void aRunThatLostItsPowerIsRecovered() {
        runsOn(a);
        world.losePower(a, PowerLoss.UNSYNCED);
        a.boot();
        world.settle(3);
        starts(b);
    }

    @Test
    void aTornStateIsSaidAndNotStarted() {
        runsOn(a);
        world.losePower(a, PowerLoss.TORN);
        a.boot();
        world.settle(3);
        isRefused(a, Reason.LOST_TAIL);
        isRefused(b, Reason.LOST_TAIL);
    }

    @Test
    void whatRunsAlreadyIsAdoptedAndSaved() {
        a.runsAlready();
        apply();
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(b);
    }

    @Test
    void whatRanAlreadyAndLostItsPowerBeforeItWasAdoptedStartsAgain() {
        a.runsAlready();
        world.apply(Api.HOME, "vm", DeletionPolicy.RETAIN);
        a.agent().work();
        for (int i = 0; i < 4; i++) {
            world.operator().work();
            world.hosts().stream().filter(h -> h != a).forEach(h -> h.agent().work());
            if (world.api().record() == null || world.api().record().status().holder() == null) {
                a.agent().work();
            }
        }
        world.losePower(a, PowerLoss.NOTHING);
        a.boot();
        world.settle(3);
        starts(b);
    }

    @Test
    void stateOnSeveralHostsIsNobodysToChooseFrom() {
        a.libvirt().start(Fate.RUNS);
        b.libvirt().start(Fate.RUNS);
        a.libvirt().stop(Ending.SHUTDOWN);
        b.libvirt().stop(Ending.SHUTDOWN);
        apply();
        isRefused(a, Reason.FOUND_ON_SEVERAL_NODES);
    }

    @Test
    void breakGlassElsewhereForksAndChangesNothing() {
        stoppedOn(a);
        b.breakGlass(true);
        b.libvirt().start(Fate.RUNS);
        assertThat(b.libvirt().runs()).isTrue();
        world.settle(3);
        assertThat(world.operator().findings()).extracting(Finding::reason).contains(Reason.FORKED_RUN);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
    }

    @Test
    void breakGlassOnTheHolderIsHarmless() {
        stoppedOn(a);
        a.breakGlass(true);
        starts(a);
    }

    @Test
    void prunedByGitOpsWhileItRunsItStaysProtected() {
        runsOn(a);
        world.delete(DeletionPolicy.RETAIN);
        world.settle(3);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.undefine(a);
        world.settle(6);
        apply();
        starts(b);
    }

    @Test
    void aNodeGivenUpForDeadIsCleanedBeforeItCounts() {
        runsOn(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        world.losePower(a, PowerLoss.NOTHING);
        a.fence();
        world.operator().noticeSilence();
        world.delete(DeletionPolicy.RETAIN);
        world.settle(6);
        a.boot();
        world.operator().work();
        apply();
        world.settle(4);
        assertThat(world.api().record())
                .isNotNull()
                .satisfies(r -> assertThat(r.status().gone()).isEmpty());
        starts(b);
    }

    @Test
    void whatOurValidatorRefusesGoesOnWhereItIs() {
        world.hosts().forEach(h -> h.agent().sendGarbage(true));
        runsOn(a);
        for (int i = 0; i < 3; i++) {
            a.libvirt().stop(Ending.SHUTDOWN);
            world.settle(2);
            starts(a);
            world.write(a);
        }
    }

    /** Runs begin and end on a, each with another TPM, some with other variables; the last one with the same. */
    private void endsAgainAndAgain() {
        for (int i = 0; i < 7 || current().refersTo().isEmpty(); i++) {
            starts(a);
            world.write(a);
            a.libvirt().stop(Ending.SHUTDOWN);
            world.settle(2);
        }
    }

    private Generation current() {
        String named = Objects.requireNonNull(
                        Objects.requireNonNull(world.api().record()).status().current())
                .secret();
        return Objects.requireNonNull(world.api().generations().get(named));
    }

    @Test
    void whatTheCurrentGenerationRefersToIsNotPruned() {
        stoppedOn(a);
        endsAgainAndAgain();
        assertThat(current().refersTo()).isNotEmpty();
        assertThat(world.api().generations()).containsKeys(current().refersTo().toArray(String[]::new));
        starts(b);
    }

    @Test
    void whatIsReferredToAndDeletedByHandIsMadeAgain() {
        stoppedOn(a);
        endsAgainAndAgain();
        world.api()
                .delete(Objects.requireNonNull(world.api()
                        .generations()
                        .get(current().refersTo().iterator().next())));
        world.settle(2);
        assertThat(current().refersTo()).isEmpty();
        assertThat(world.api().generations().values()).noneMatch(Generation::deleting);
        starts(b);
    }

    @Test
    void aRecordThatWasDeletedByHandIsNoBlankTpm() {
        stoppedOn(a);
        world.deleteRecord();
        world.settle(3);
        starts(b);
    }

    @Test
    void aRunThatGoesOnWhileItsRecordIsDeletedByHandIsTheDomainsLife() {
        runsOn(a);
        world.deleteRecord();
        world.settle(3);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(3);
        starts(b);
    }

    @Test
    void aRightThatALostRecordGaveIsNotGivenTwice() {
        a.libvirt().define();
        apply();
        a.libvirt().start(Fate.UNSEEN);
        world.settle(3);
        world.deleteRecord();
        tries(b);
        world.check();
    }

    @Test
    void aRecordWhoseStatusWasWipedSaysSo() {
        stoppedOn(a);
        world.wipeRecord();
        world.settle(2);
        assertThat(Objects.requireNonNull(world.api().record()).status().current())
                .isNotNull();
        isRefused(b, Reason.ROLLED_BACK);
        starts(a);
    }
}
