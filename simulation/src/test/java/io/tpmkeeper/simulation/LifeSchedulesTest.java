package io.tpmkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Choice.Way;
import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.operator.Finding.Reason;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.host.Host.PowerLoss;
import io.tpmkeeper.simulation.host.Plan.Fate;
import io.tpmkeeper.simulation.truth.Content;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How protection begins and ends. */
class LifeSchedulesTest extends Schedules {
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
    void whatRanUnprotectedAfterItWasRetainedIsAskedAbout() {
        stoppedOn(a);
        world.delete(DeletionPolicy.RETAIN);
        world.settle(6);
        a.libvirt().start(Fate.RUNS);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        apply();
        acceptsToContinueOn(Reason.FOUND_ON_SEVERAL_NODES, a);
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
    void stoppedAndUndefinedBeforeItWasAdoptedItsCaptureIsAdopted() {
        a.runsAlready();
        a.agent().work();
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        a.agent().work();
        world.undefine(a);
        a.libvirt().define();
        apply();
        starts(b);
    }

    @Test
    void aSilentNodeThatMayHaveItIsWaitedFor() {
        world.settle(1);
        b.agent().die();
        world.operator().noticeSilence();
        a.libvirt().start(Fate.RUNS);
        a.libvirt().stop(Ending.SHUTDOWN);
        apply();
        isRefused(a, Reason.FOUND_ON_SEVERAL_NODES);
        b.agent().live();
        world.settle(3);
        starts(a);
    }

    @Test
    void itMigratesAwayBeforeItIsAdopted() {
        a.runsAlready();
        world.apply(Api.HOME, "vm", DeletionPolicy.RETAIN);
        for (int i = 0; i < 3; i++) {
            world.operator().work();
            world.hosts().forEach(h -> h.agent().work());
        }
        world.operator().work();
        migrates(a, b, Ending.MIGRATED);
        world.settle(4);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.settle(4);
        starts(c);
    }

    @Test
    void aPurgeThatWasListedBeforeTheDomainRanAgainTakesNothingAndTheVmTpmStateIsMadeAgain() {
        stoppedOn(a);
        world.delete(DeletionPolicy.RETAIN);
        for (int i = 0; i < 6 && !isPurged(a); i++) {
            world.hosts().forEach(h -> h.agent().work());
            world.operator().work();
        }
        assertThat(isPurged(a)).as("ordered, and not carried out yet").isTrue();
        a.breakGlass(true);
        a.libvirt().start(Fate.RUNS);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        a.breakGlass(false);
        world.apply(Api.HOME, "vm", DeletionPolicy.RETAIN);
        Content left = Objects.requireNonNull(a.whatItHas());
        world.undefine(a);
        a.libvirt().define();
        a.agent().work();
        assertThat(a.has(left)).as("captured since, and not listed").isTrue();
        world.settle(6);
        apply();
        starts(b);
    }

    private boolean isPurged(Host host) {
        var grant = world.api().grant(host.name());
        return grant != null && grant.spec().purge() != null;
    }

    /** What was to be cleaned there of the life before is not what it has now. */
    @Test
    void aHostThatWasGivenUpForDeadKeepsWhatMigratesToItWhenItSpeaksAgain() {
        stoppedOn(a);
        a.connect(false);
        a.fenceUnseen();
        world.operator().noticeSilence();
        world.delete(DeletionPolicy.RETAIN);
        world.settle(4);
        assertThat(status().gone()).containsExactly("a");
        apply();
        starts(b);
        world.write(b);
        a.unfence();
        a.connect(true);
        migrates(b, a, Ending.MIGRATED);
        world.settle(4);
        assertThat(holder()).isEqualTo("a");
        world.write(a);
        world.api().refuseGenerations(true);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(4);
        starts(a);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.api().refuseGenerations(false);
        world.settle(4);
        starts(c);
    }

    @Test
    void aStartThatWasServedWithALineThatLeftIsToldWhatBecameOfThat() {
        a.libvirt().start(Fate.RUNS);
        world.migrate(a, b);
        world.endMigration(true, Ending.MIGRATED);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.undefine(b);
        world.undefine(a);
        a.libvirt().define();
        apply();
        a.libvirt().start(Fate.RUNS);
        world.settle(4);
        accepts(Reason.LOST_TAIL, Way.BEGIN);
        assertThat(a.runsOnline()).isTrue();
    }
}
