package io.tpmkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Choice.Way;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.operator.Finding.Reason;
import io.tpmkeeper.protocol.operator.Generation;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.host.Plan.Fate;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What befalls what is stored in the cluster: generations that refer to others, records that are lost. */
class RecordSchedulesTest extends Schedules {
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
    void aNamespaceGoesThoughItsRecordWasLostJustBefore() {
        stoppedOn(a);
        world.deleteRecord();
        world.api().deleteNamespace(Api.HOME);
        world.settle(8);
        assertThat(world.api().states()).isEmpty();
        assertThat(world.api().generations()).isEmpty();
        assertThat(world.api().record()).isNull();
        world.api().makeNamespaceAgain(Api.HOME);
        apply();
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

    @Test
    void aRunThatBeginsUnderBreakGlassWhileTheLineIsGivenAnewIsAskedAbout() {
        stoppedOn(a);
        world.loseDirectory(a);
        world.deleteRecord();
        a.libvirt().start(Fate.RUNS);
        for (int i = 0; i < 6 && (world.api().record() == null || status().holder() == null); i++) {
            world.hosts().forEach(h -> h.agent().work());
            world.operator().work();
        }
        assertThat(holder()).as("given, and not obeyed yet").isEqualTo("a");
        a.breakGlass(true);
        a.libvirt().wake();
        world.write(a);
        a.breakGlass(false);
        world.settle(2);
        a.libvirt().stop(Ending.SHUTDOWN);
        acceptsToContinueOn(Reason.FOUND_ON_SEVERAL_NODES, a);
        starts(b);
    }

    @Test
    void whatAHostKeptInPartOfARunThatNoRecordKnowsIsAskedAbout() {
        stoppedOn(a);
        starts(a);
        world.write(a);
        world.wipeRecord();
        world.loseDirectory(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.undefine(a);
        world.settle(4);
        isRefused(b, Reason.FOUND_ON_SEVERAL_NODES);
        accepts(Reason.FOUND_ON_SEVERAL_NODES, Way.BEGIN);
        starts(b);
    }

    @Test
    void aRecordAndTheHostDirectoryThatWentOnFromItAreLostAndNobodyKnowsOfMore() {
        stoppedOn(a);
        starts(a);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.undefine(a);
        world.wipeRecord();
        world.loseDirectory(a);
        world.settle(4);
        starts(b);
    }

    @Test
    void aStartThatFailedElsewhereIsNobodyWhoKnowsOfMore() {
        c.libvirt().start(Fate.FAILS_EARLY);
        stoppedOn(a);
        starts(a);
        world.write(a);
        world.deleteRecord();
        a.libvirt().stop(Ending.SHUTDOWN);
        world.undefine(a);
        world.loseDirectory(a);
        world.settle(4);
        starts(b);
    }
}
