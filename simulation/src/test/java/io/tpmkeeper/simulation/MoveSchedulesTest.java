package io.tpmkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.operator.Finding.Reason;
import io.tpmkeeper.protocol.operator.OnHostLoss;
import io.tpmkeeper.simulation.host.Host.PowerLoss;
import io.tpmkeeper.simulation.host.Plan.Fate;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The line on its way from host to host: who may start, and from which state. */
class MoveSchedulesTest extends Schedules {
    @Test
    void itMovesWithItsNewestState() {
        stoppedOn(a);
        starts(b);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        starts(c);
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
    void unchangedContentIsStillReleasedAndConfirmedUnderANewVersion() {
        stoppedOn(a);
        Current saved = Objects.requireNonNull(status().current());
        world.scene().clock().pass(60);
        starts(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(3);
        Current confirmed = Objects.requireNonNull(status().current());
        assertThat(confirmed.generation()).isEqualTo(saved.generation());
        assertThat(confirmed.version()).isGreaterThan(saved.version());
        assertThat(confirmed.confirmedAt()).isNotEqualTo(saved.confirmedAt());
        starts(b);
    }

    @Test
    void aTombstoneThatComesBeforeTheStartMakesItAsk() {
        stoppedOn(a);
        b.libvirt().start(Fate.RUNS);
        b.agent().work();
        for (int i = 0; i < 20 && a.holds(); i++) {
            world.operatorSteps(1);
            a.agent().work();
        }
        assertThat(a.holds()).isFalse();
        assertThat(b.libvirt().runs()).isFalse();
        a.libvirt().start(Fate.RUNS);
        assertThat(a.libvirt().runs()).isFalse();
        world.settle(3);
        assertThat(b.runsOnline()).isTrue();
        assertThat(a.libvirt().runs()).isFalse();
    }

    @Test
    void aHolderThatIsDownByItsClassIsNotPassedOverWhileTheDomainRunsOnAnother() {
        world.policy().set(new OnHostLoss(OnHostLoss.When.AFTER, 60));
        stoppedOn(a);
        starts(a);
        world.migrate(a, b);
        world.sourceDiesAtTheSwitch();
        world.operator().noticeSilence();
        world.scene().clock().pass(600);
        tries(c);
        assertThat(c.libvirt().runs()).isFalse();
        assertThat(b.libvirt().runs()).isTrue();
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

    @Test
    void theOldHostAutostartsBeforeItHears() {
        stoppedOn(a);
        world.losePower(a, PowerLoss.NOTHING);
        a.fence();
        world.operator().noticeSilence();
        starts(b);
        world.write(b);
        a.boot();
        a.libvirt().start(Fate.RUNS);
        world.settle(3);
        assertThat(a.runsOnline())
                .as("it heard, and what runs there is no part of the domain")
                .isFalse();
        b.libvirt().stop(Ending.SHUTDOWN);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(3);
        assertThat(holder()).isEqualTo("b");
        starts(b);
    }

    @Test
    void anOrderIsOvertakenByTheNext() {
        stoppedOn(a);
        b.libvirt().start(Fate.RUNS);
        b.agent().work();
        world.operator().work();
        a.agent().work();
        world.operator().work();
        assertThat(holder()).as("given, and not obeyed yet").isEqualTo("b");
        b.libvirt().timeOut();
        starts(c);
    }

    @Test
    void grantedAndNeverStartedItGoesToTheNextThatAsks() {
        stoppedOn(a);
        b.libvirt().start(Fate.FAILS_EARLY);
        world.settle(4);
        assertThat(holder()).isEqualTo("b");
        starts(c);
    }

    @Test
    void twoAskAtOnceAndOneGetsIt() {
        stoppedOn(a);
        b.libvirt().start(Fate.RUNS);
        c.libvirt().start(Fate.RUNS);
        world.settle(6);
        assertThat(b.libvirt().runs()).isNotEqualTo(c.libvirt().runs());
    }

    @Test
    void theRequestOfANodeThatDiedIsNotServed() {
        stoppedOn(a);
        b.libvirt().start(Fate.RUNS);
        b.agent().work();
        world.losePower(b, PowerLoss.NOTHING);
        world.operator().noticeSilence();
        world.settle(2);
        assertThat(holder()).isEqualTo("a");
        starts(c);
    }

    @Test
    void aStartMeetsAMoveAndTheLockDecides() {
        stoppedOn(a);
        b.libvirt().start(Fate.RUNS);
        b.agent().work();
        world.operator().work();
        a.libvirt().start(Fate.RUNS);
        assertThat(a.runsOnline()).as("the Tombstone was not obeyed yet").isTrue();
        world.settle(3);
        assertThat(b.libvirt().runs()).isFalse();
        assertThat(holder()).isEqualTo("a");
    }

    @Test
    void aLivingNodeThatIsSilentIsNotPassedOver() {
        runsOn(a);
        a.agent().die();
        world.operator().noticeSilence();
        isRefused(b, Reason.HOST_LOSS);
        a.agent().live();
        world.settle(3);
        assertThat(a.runsOnline()).isTrue();
    }

    @Test
    void aNodeThatWasDownForLongEnoughIsPassedOverByItsClass() {
        stoppedOn(a);
        world.policy().set(new OnHostLoss(OnHostLoss.When.AFTER, 600));
        world.losePower(a, PowerLoss.NOTHING);
        world.operator().noticeSilence();
        isRefused(b, Reason.HOST_LOSS);
        world.scene().clock().pass(600);
        starts(b);
    }

    @Test
    void aNodeWhoseKubeletWasKilledIsNotPassedOverAsLongAsItsAgentLives() {
        runsOn(a);
        world.policy().set(new OnHostLoss(OnHostLoss.When.AFTER, 600));
        a.runKubelet(false);
        world.settle(1);
        world.scene().clock().pass(1_200);
        tries(b);
        assertThat(b.libvirt().runs()).isFalse();
        assertThat(holder()).isEqualTo("a");
        b.libvirt().timeOut();
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        assertThat(status().current())
                .as("the agent saves its end all the same")
                .isNotNull();

        a.agent().die();
        world.operator().noticeSilence();
        isRefused(b, Reason.HOST_LOSS);
        world.scene().clock().pass(600);
        starts(b);
        a.agent().live();
        a.runKubelet(true);
        world.settle(2);
        assertThat(a.holds()).isFalse();
    }

    @Test
    void theHolderHasLostItsFilesAndTheClusterHasThem() {
        stoppedOn(a);
        world.undefine(a);
        a.loseSpool();
        starts(a);
        assertThat(holder()).isEqualTo("a");
    }
}
