package io.tpmkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Choice.Way;
import io.tpmkeeper.protocol.Decision;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.operator.Finding;
import io.tpmkeeper.protocol.operator.Finding.Reason;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.host.Host.PowerLoss;
import io.tpmkeeper.simulation.host.Plan.Fate;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What people are asked, and what comes of their answers. */
class DecisionSchedulesTest extends Schedules {
    @Test
    void aDeadHolderIsGivenUpByAPersonsWord() {
        stoppedOn(a);
        world.losePower(a, PowerLoss.NOTHING);
        world.operator().noticeSilence();
        b.libvirt().start(Fate.RUNS);
        accepts(Reason.HOST_LOSS, Way.TAKE_OVER);
        starts(b);
        a.boot();
        world.settle(3);
        assertThat(a.holds()).isFalse();
    }

    @Test
    void aTornStateIsGivenUpByAPersonsWord() {
        stoppedOn(a);
        starts(a);
        world.losePower(a, PowerLoss.TORN);
        a.boot();
        world.settle(2);
        accepts(Reason.LOST_TAIL, Way.BEGIN);
        starts(b);
    }

    @Test
    void ofSeveralHostsAPersonChoosesOne() {
        a.libvirt().start(Fate.RUNS);
        b.libvirt().start(Fate.RUNS);
        a.libvirt().stop(Ending.SHUTDOWN);
        b.libvirt().stop(Ending.SHUTDOWN);
        apply();
        acceptsToContinueOn(Reason.FOUND_ON_SEVERAL_NODES, b);
        starts(c);
    }

    @Test
    void whereItRunsOnOneOfThemAnotherMayBeChosen() {
        a.libvirt().start(Fate.RUNS);
        b.libvirt().start(Fate.RUNS);
        b.libvirt().stop(Ending.SHUTDOWN);
        apply();
        acceptsToContinueOn(Reason.FOUND_ON_SEVERAL_NODES, b);
        assertThat(world.operator().findings()).extracting(Finding::reason).contains(Reason.FORKED_RUN);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(4);
        starts(c);
    }

    @Test
    void whatAHostWroteThatForgotItsLineIsOfferedAfterARollback() {
        stoppedOn(a);
        starts(c);
        world.wipeRecord();
        world.loseDirectory(c);
        world.write(c);
        c.libvirt().stop(Ending.SHUTDOWN);
        acceptsToContinueOn(Reason.ROLLED_BACK, c);
        starts(b);
    }

    @Test
    void aForkThatIsForgottenChangesNothing() {
        stoppedOn(a);
        b.breakGlass(true);
        b.libvirt().start(Fate.RUNS);
        b.libvirt().stop(Ending.SHUTDOWN);
        b.breakGlass(false);
        world.settle(3);
        accepts(Reason.FORKED_RUN, Way.FORGET);
        world.settle(2);
        assertThat(world.people().decision()).isNull();
        starts(c);
    }

    @Test
    void aForkThatIsChosenIsTheDomainFromThenOn() {
        stoppedOn(a);
        b.breakGlass(true);
        b.libvirt().start(Fate.RUNS);
        b.libvirt().stop(Ending.SHUTDOWN);
        b.breakGlass(false);
        world.settle(3);
        acceptsToContinueOnly(b);
        starts(c);
    }

    private void acceptsToContinueOnly(Host host) {
        acceptsToContinueOnly(host, asked(Reason.FORKED_RUN));
    }

    private void acceptsToContinueOnly(Host host, Decision asked) {
        for (int i = 0; i < asked.options().size(); i++) {
            var choice = asked.options().get(i).choice();
            if (choice.way() == Way.CONTINUE && host.name().equals(choice.node())) {
                world.people().accept(i);
            }
        }
        world.settle(4);
    }

    @Test
    void aSilentNodeIsPresumedOffByAPersonsWord() {
        runsOn(a);
        b.agent().die();
        world.operator().noticeSilence();
        a.libvirt().stop(null);
        world.settle(2);
        c.libvirt().start(Fate.RUNS);
        accepts(Reason.HOST_LOSS, Way.PRESUME_OFF);
        starts(c);
    }

    @Test
    void yesterdaysConsentThatWasLeftInGitDoesNothing() {
        stoppedOn(a);
        world.people().keepInGit(true);
        world.losePower(a, PowerLoss.NOTHING);
        world.operator().noticeSilence();
        b.libvirt().start(Fate.RUNS);
        accepts(Reason.HOST_LOSS, Way.TAKE_OVER);
        starts(b);
        world.write(b);
        a.boot();
        world.settle(2);
        world.losePower(b, PowerLoss.NOTHING);
        world.operator().noticeSilence();
        apply();
        isRefused(a, Reason.HOST_LOSS);
        assertThat(holder()).isEqualTo("b");
        b.boot();
        world.settle(2);
        starts(b);
    }

    /** Its power is lost while it writes, and it is back. */
    private void isTorn(Host host) {
        world.losePower(host, PowerLoss.TORN);
        host.boot();
        world.settle(2);
    }

    @Test
    void aChoiceToBeginFromASavedStateIsAppliedTwiceAndDoneOnce() {
        stoppedOn(a);
        starts(a);
        world.people().keepInGit(true);
        isTorn(a);
        accepts(Reason.LOST_TAIL, Way.BEGIN);
        starts(b);
        world.write(b);
        apply();
        assertThat(b.runsOnline()).isTrue();
        isTorn(b);
        apply();
        asked(Reason.LOST_TAIL);
        isRefused(c, Reason.LOST_TAIL);
        assertThat(holder()).isEqualTo("b");
    }

    @Test
    void aChoiceThatComesLateIsNotDone() {
        stoppedOn(a);
        b.breakGlass(true);
        b.libvirt().start(Fate.RUNS);
        b.libvirt().stop(Ending.SHUTDOWN);
        b.breakGlass(false);
        Decision asked = asked(Reason.FORKED_RUN);
        world.check();
        accepts(Reason.FORKED_RUN, Way.FORGET);
        starts(c);
        world.write(c);
        c.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        for (int i = 0; i < asked.options().size(); i++) {
            world.people().acceptAnOldOne(i);
            world.settle(3);
        }
        assertThat(holder()).isEqualTo("c");
        starts(a);
    }

    @Test
    void whatIsChosenOnAHostThatTheLineIsOnItsWayToIsTheDomainFromThenOn() {
        stoppedOn(b);
        a.breakGlass(true);
        a.libvirt().start(Fate.RUNS);
        a.libvirt().stop(Ending.SHUTDOWN);
        a.breakGlass(false);
        asked(Reason.FORKED_RUN);
        a.libvirt().start(Fate.RUNS);
        a.agent().work();
        world.operator().work();
        b.agent().work();
        world.operator().work();
        assertThat(holder()).as("given, and not obeyed yet").isEqualTo("a");
        var chosen = Objects.requireNonNull(a.whatItHas());
        acceptsToContinueOnly(a, Objects.requireNonNull(world.people().decision()));
        world.settle(4);
        starts(a);
        assertThat(a.whatItHas()).isEqualTo(chosen);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(c);
    }
}
