package io.tpmkeeper.simulation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Choice.Way;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.hook.HookHost.Disk;
import io.tpmkeeper.protocol.operator.Finding;
import io.tpmkeeper.protocol.operator.Finding.Reason;
import io.tpmkeeper.protocol.operator.Upload;
import io.tpmkeeper.simulation.host.Host.PowerLoss;
import io.tpmkeeper.simulation.host.Plan.Fate;
import io.tpmkeeper.simulation.truth.Content;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What befalls a host: power, disk, hook, directory. */
class HostSchedulesTest extends Schedules {
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

    @Test
    void aStartWithoutRoomForItsEndIsRefused() {
        stoppedOn(a);
        a.fill(new Disk(true, false, true));
        tries(a);
        assertThat(a.libvirt().runs()).isFalse();
        assertThat(requireNonNull(a.refusal()).reason()).isEqualTo("NoSpace");
        a.libvirt().timeOut();
        world.freeDisk(a);
        starts(a);
    }

    @Test
    void anImageThatDoesNotRestoreLeavesTheTip() {
        runsOn(a);
        a.libvirt().save(false);
        world.settle(2);
        world.restore(a, 0, Fate.FAILS_EARLY);
        world.settle(2);
        starts(a);
    }

    @Test
    void aManagedSaveThatWasLeftBehindIsOfThePastOnceTheDomainRanElsewhere() {
        runsOn(a);
        a.libvirt().save(true);
        world.settle(2);
        starts(b);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        tries(a);
        assertThat(a.libvirt().runs()).isFalse();
        a.libvirt().removeManagedSave();
        starts(a);
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
    void aHostDirectoryThatWasLostIsSaid() {
        runsOn(a);
        a.agent().die();
        a.libvirt().stop(Ending.SHUTDOWN);
        world.loseDirectory(a);
        a.agent().live();
        world.settle(2);
        isRefused(b, Reason.HOST_LOSS);
        acceptsToContinueOn(Reason.HOST_LOSS, a);
        starts(b);
    }

    @Test
    void aHostDirectoryThatWasLostOnceAllWasSavedIsNoLoss() {
        stoppedOn(a);
        world.loseDirectory(a);
        world.settle(2);
        starts(b);
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
    void aHostWithoutAnIndexAsks() {
        stoppedOn(a);
        world.loseDirectory(c);
        c.agent().die();
        tries(c);
        assertThat(c.libvirt().runs()).isFalse();
    }

    @Test
    void aHostThatHasNotTakenTheIndexUpIsNamedAndWhatItStartsIsNoPartOfTheDomain() {
        c.connect(false);
        world.operator().noticeSilence();
        a.libvirt().define();
        apply();
        tries(a);
        accepts(Reason.FOUND_ON_SEVERAL_NODES, Way.BEGIN);
        starts(a);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        assertThat(requireNonNull(world.operator().shown().uncovered()).message())
                .contains("as it is now: c")
                .doesNotContain("a,", "b,");
        c.libvirt().start(Fate.RUNS);
        assertThat(c.libvirt().runs()).as("it does not know better").isTrue();
        assertThat(c.runsOnline()).isFalse();
        world.write(c);

        c.connect(true);
        world.settle(3);
        assertThat(world.operator().shown().uncovered()).isNull();
        assertThat(world.operator().findings()).extracting(Finding::reason).contains(Reason.FORKED_RUN);
        c.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(b);
    }

    @Test
    void aTornStateAndThenARefusedStartAndThenAFailedOne() {
        runsOn(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
        world.losePower(a, PowerLoss.TORN);
        a.boot();
        a.libvirt().start(Fate.RUNS);
        a.libvirt().timeOut();
        a.libvirt().start(Fate.FAILS_LATE);
        world.settle(3);
        accepts(Reason.LOST_TAIL, Way.BEGIN);
        starts(b);
    }

    @Test
    void aFailedStartChangesNothing() {
        stoppedOn(a);
        a.libvirt().start(Fate.FAILS_EARLY);
        a.libvirt().start(Fate.FAILS_LATE);
        world.settle(2);
        starts(b);
    }

    @Test
    void libvirtdThatDiesBetweenTheStartOfTheCpusAndItsWordOfItLosesNothing() {
        stoppedOn(a);
        a.libvirt().start(Fate.UNSEEN);
        world.settle(2);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(3);
        starts(b);
    }

    @Test
    void anAcceptLiveThatWasLeftBehindDoesNothingWhenTheVmHasRunElsewhereSince() {
        stoppedOn(a);
        assertThat(a.editAndAccept()).isTrue();
        starts(b);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
    }

    @Test
    void aClockThatIsSetBackOrdersNothing() {
        runsOn(a);
        world.scene().clock().pass(-90_000);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(b);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(c);
    }

    @Test
    void aSecondStoppedOfTheSameRunChangesNothing() {
        stoppedOn(a);
        String before = a.toString();
        a.libvirt().stoppedAgain();
        world.settle(2);
        assertThat(a).hasToString(before);
        world.undefine(a);
        before = a.toString();
        a.libvirt().stoppedAgain();
        assertThat(a).as("nor when there is nothing any more").hasToString(before);
        starts(b);
    }

    @Test
    void aCaptureOfTheRunningDomainThatComesAfterItsEndIsNotEvenKept() {
        runsOn(a);
        world.api().askForCapture("asked");
        world.operator().work();
        a.agent().work();
        a.agent().work();
        Upload captured = world.api().uploads().lastEntry().getValue();
        assertThat(captured.trigger()).isEqualTo(Trigger.MANUAL);
        world.settle(1);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        var newest = requireNonNull(status().current());
        var kept = List.copyOf(world.api().generations().keySet());

        world.api().upload(captured);
        world.settle(2);
        assertThat(status().current()).isEqualTo(newest);
        assertThat(world.api().generations().keySet()).containsExactlyElementsOf(kept);
        assertThat(world.api().uploads()).isEmpty();
        starts(b);
    }

    @Test
    void aRescueOfAnEarlierRunOfTheSameNumberIsNotTakenForItsEnd() {
        stoppedOn(a);
        starts(b);
        world.write(b);
        b.fill(new Disk(false, false, true));
        b.libvirt().stop(Ending.SHUTDOWN);
        world.loseDirectory(b);
        world.freeDisk(b);
        world.settle(2);
        tries(c);
        acceptsToContinueOn(Reason.HOST_LOSS, b);
        c.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(b);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(3);
        starts(c);
    }

    @Test
    void undefinedWhileItRunsItIsSavedWithTheNvramThatLostItsName() {
        stoppedOn(a);
        starts(a);
        a.libvirt().undefineRunning();
        for (int i = 0; i < 3; i++) {
            world.write(a);
        }
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(3);
        starts(b);
    }

    @Test
    void undefinedWhileItRanOnAHostThatLostItsDirectoryWhatItLeftIsKept() {
        runsOn(a);
        world.write(a);
        world.loseDirectory(a);
        a.libvirt().undefineRunning();
        Content left = requireNonNull(a.whatItHas());
        world.losePower(a, PowerLoss.NOTHING);
        a.boot();
        world.settle(2);
        tries(a);
        tries(a);
        assertThat(a.libvirt().runs()).isFalse();
        assertThat(a.has(left)).isTrue();
    }

    @Test
    void anothersNvramUnderTheSameNameGoesAsideAndTheTipIsPutInItsPlace() {
        stoppedOn(a);
        a.libvirt().varsAreReplaced();
        assertThat(a.libvirt().isAnothersVarsAside()).isFalse();
        starts(a);
        assertThat(a.libvirt().isAnothersVarsAside()).isTrue();
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(b);
    }

    @Test
    void anothersNvramOfWhichNothingIsSavedIsNotTakenAway() {
        stoppedOn(a);
        a.libvirt().varsAreReplaced();
        a.libvirt().anotherIsUnsaved(true);
        tries(a);
        assertThat(a.libvirt().runs()).isFalse();
        assertThat(a.libvirt().isAnothersVarsAside()).isFalse();
        assertThat(requireNonNull(a.refusal()).reason()).isEqualTo("NvramOfAnother");

        a.libvirt().anotherIsUnsaved(false);
        starts(a);
        assertThat(a.libvirt().isAnothersVarsAside()).isTrue();
    }

    @Test
    void anothersNvramThatTakesTheNameWhileItRunsIsNotTakenForItsOwn() {
        stoppedOn(a);
        starts(a);
        a.libvirt().varsAreReplaced();
        for (int i = 0; i < 3; i++) {
            world.write(a);
        }
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(3);
        starts(b);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
    }

    @Test
    void anImageIsRestoredTwiceAndTheSecondTimeItIsOfThePast() {
        runsOn(a);
        a.libvirt().save(false);
        world.settle(2);
        world.restore(a, 0, Fate.RUNS);
        assertThat(a.runsOnline()).as("it is the tip's").isTrue();
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        world.restore(a, 0, Fate.RUNS);
        assertThat(a.libvirt().runs()).isFalse();
        world.settle(2);
        starts(b);
    }

    @Test
    void anImageThatIsRestoredLateWhereTheDomainRanElsewhereSinceIsOfThePast() {
        runsOn(a);
        a.libvirt().save(false);
        world.settle(2);
        starts(b);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        world.restore(a, 0, Fate.RUNS);
        world.settle(6);
        assertThat(holder()).as("the restore asked for the line").isEqualTo("a");
        assertThat(a.libvirt().runs()).isFalse();
        starts(c);
    }

    /** The capture is there, is saved and need not lie there any longer; only its own name said that its number was used. */
    @Test
    void theNumberOfACaptureIsNotUsedAgainThoughTheAgentDiedBeforeItWroteItDown() {
        runsOn(a);
        world.policy().captureLive(10L);
        world.settle(1);
        world.scene().clock().pass(20);
        world.write(a);
        a.agent().dieMidway(true);
        a.agent().work();
        assertThat(a.agent().isHeard()).isFalse();
        world.policy().captureLive(null);
        a.agent().live();
        world.settle(3);
        assertThat(requireNonNull(status().current()).trigger()).isEqualTo(Trigger.LIVE);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        assertThat(requireNonNull(status().current()).trigger()).isEqualTo(Trigger.STOP);
        starts(b);
    }
}
