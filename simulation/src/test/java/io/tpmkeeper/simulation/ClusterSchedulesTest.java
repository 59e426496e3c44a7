package io.tpmkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Choice.Way;
import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.operator.Finding.Reason;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.cluster.Conflict;
import io.tpmkeeper.simulation.host.Host.PowerLoss;
import io.tpmkeeper.simulation.host.Plan.Fate;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What befalls the cluster: operators that die, leaders that are deposed, storage that goes back, nodes that lie. */
class ClusterSchedulesTest extends Schedules {
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
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14})
    void anOperatorDiesBetweenAnyTwoWritesOfAnAdoptionAndWhatFollows(int after) {
        a.runsAlready();
        world.apply(Api.HOME, "vm", DeletionPolicy.RETAIN);
        a.agent().work();
        world.operatorDies(after);
        world.settle(3);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        a.agent().work();
        world.operatorDies(after);
        world.settle(3);
        starts(b);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 20})
    void anOperatorDiesBetweenAnyTwoWritesOfADeletionAndTheVmTpmStateIsMadeAgain(int after) {
        stoppedOn(a);
        world.delete(DeletionPolicy.RETAIN);
        world.operatorDies(after);
        world.settle(8);
        apply();
        starts(b);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14})
    void anOperatorDiesBetweenAnyTwoWritesOfAReset(int after) {
        runsOn(a);
        world.losePower(a, PowerLoss.TORN);
        a.boot();
        asked(Reason.LOST_TAIL);
        world.people().accept(0);
        world.operatorDies(after);
        world.settle(4);
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
    void aTakenNodeGainsNoRightByWhatItReports() throws Conflict {
        stoppedOn(a);
        starts(c);
        c.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
        world.write(a);
        var before = status();
        Line claimed = new Line(
                Objects.requireNonNull(world.api().record()).uid(),
                before.epoch() + 1_000_000,
                "an order that nobody wrote",
                LineState.HELD,
                null,
                null);
        Run invented = new Run(
                99, claimed.record(), claimed.epoch(), "boot", RunKind.COLD, null, true, true, true, null, null, false);
        Facts was = Objects.requireNonNull(world.api().grant("c")).reported();
        Facts facts = Objects.requireNonNull(was);
        c.agent().lag(true);
        c.agent().die();
        world.api()
                .report(
                        "c",
                        new Facts(
                                facts.hostId(),
                                claimed.order(),
                                null,
                                true,
                                true,
                                claimed,
                                invented,
                                null,
                                facts.entries(),
                                facts.deliveries(),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null));
        world.operator().work();
        assertThat(status().holder()).isEqualTo(before.holder());
        assertThat(status().current()).isEqualTo(before.current());
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
    }

    @Test
    void whatIsKeptIsAdoptedInItsOwnNamespaceOnly() {
        stoppedOn(a);
        world.delete(DeletionPolicy.RETAIN);
        world.settle(6);
        world.apply("thieves", "stranger", DeletionPolicy.DELETE);
        world.settle(3);
        assertThat(Objects.requireNonNull(world.api().record()).spec().owner()).isNull();
        apply();
        assertThat(Objects.requireNonNull(Objects.requireNonNull(world.api().record())
                                .spec()
                                .owner())
                        .name())
                .isEqualTo("vm");
        starts(b);
    }

    @Test
    void aStrangerDoesNotGetTheDomain() {
        runsOn(a);
        world.apply("thieves", "stranger", DeletionPolicy.DELETE);
        world.settle(3);
        assertThat(Objects.requireNonNull(Objects.requireNonNull(world.api().record())
                                .spec()
                                .owner())
                        .name())
                .isEqualTo("vm");
    }

    @Test
    void aHostDirectoryOfAnotherClusterIsLeftAsItIsAndItsNodeIsAsGoodAsSilent() {
        stoppedOn(a);
        a.agent().isOfAnotherCluster(true);
        world.operator().noticeSilence();
        String before = a.toString();
        isRefused(b, Reason.HOST_LOSS);
        accepts(Reason.HOST_LOSS, Way.TAKE_OVER);
        starts(b);
        world.write(b);
        world.settle(2);
        assertThat(a).as("no order is obeyed there, and nothing taken off").hasToString(before);

        a.agent().isOfAnotherCluster(false);
        world.settle(2);
        assertThat(a.holds()).isFalse();
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
    }

    @Test
    void aGenerationDeletedByHandIsMadeAgain() {
        stoppedOn(a);
        world.deleteGeneration(0);
        world.settle(3);
        starts(b);
    }

    @Test
    void aStorageThatWentBackAndTheHostThatIsAheadIsDown() {
        stoppedOn(a);
        world.takeSnapshot();
        starts(b);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        world.losePower(b, PowerLoss.NOTHING);
        world.rollBack();
        world.operator().noticeSilence();
        world.settle(2);
        b.boot();
        world.settle(2);
        acceptsToContinueOn(Reason.ROLLED_BACK, b);
        starts(c);
    }

    @Test
    void aConsentThatARollbackUndidIsAskedForAgain() {
        runsOn(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
        world.losePower(a, PowerLoss.TORN);
        a.boot();
        world.settle(2);
        asked(Reason.LOST_TAIL);
        world.takeSnapshot();
        accepts(Reason.LOST_TAIL, Way.BEGIN);
        starts(b);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        world.rollBack();
        world.settle(3);
        acceptsToContinueOn(Reason.ROLLED_BACK, b);
        starts(c);
    }

    /** In the record that came back the line was on its way; its holder has nothing of the domain any more and says so. */
    @Test
    void aPurgeThatRestoredStorageUndoesInTheMiddleOfAMoveIsAskedAbout() {
        stoppedOn(a);
        b.libvirt().start(Fate.RUNS);
        for (int i = 0; i < 6 && (a.line() == null || a.line().isHeld()); i++) {
            world.hosts().forEach(h -> h.agent().work());
            world.operator().work();
            a.agent().work();
        }
        assertThat(status().moving()).as("given up, and not given yet").isNotNull();
        world.takeSnapshot();
        b.libvirt().timeOut();
        world.deleteNamespace();
        world.settle(8);
        assertThat(world.api().record()).isNull();
        world.rollBack();
        world.settle(4);
        accepts(Reason.MISSING_STATE, Way.BEGIN);
        starts(c);
    }

    @Test
    void whatAHostWroteThatObeyedRestoredStorageIsNotTheDomain() {
        stoppedOn(a);
        b.libvirt().start(Fate.RUNS);
        for (int i = 0; i < 6 && (status().holder() == null || !holder().equals("b")); i++) {
            if (status().moving() == null) {
                b.agent().work();
            }
            a.agent().work();
            world.operator().work();
        }
        assertThat(holder()).as("given, and not obeyed yet").isEqualTo("b");
        world.takeSnapshot();
        world.losePower(b, PowerLoss.NOTHING);
        b.fence();
        world.operator().noticeSilence();
        starts(c);
        c.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        world.rollBack();
        b.boot();
        world.settle(3);
        assertThat(b.holds()).as("it obeyed what the storage says").isTrue();
        b.libvirt().start(Fate.RUNS);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(3);
        starts(c);
        c.libvirt().stop(Ending.SHUTDOWN);
        acceptsToContinueOn(Reason.ROLLED_BACK, c);
        starts(a);
    }
}
