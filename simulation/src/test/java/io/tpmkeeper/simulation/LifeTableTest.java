package io.tpmkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Choice.Way;
import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.operator.Finding.Reason;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.host.Host.PowerLoss;
import io.tpmkeeper.simulation.host.Plan.Fate;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The ways of a domain's life that no seed goes, or only by luck: each is gone here, and docs/life.md lists none that is gone nowhere. */
class LifeTableTest extends Schedules {
    /** Steps of an agent's pass: what it was ordered is done, and nothing of that is reported. */
    private static final int UP_TO_ORDERS = 4;
    /** What it has to send is sent, and nothing of that is reported. */
    private static final int UP_TO_UPLOADS = 7;

    enum Row {
        SENT_BEFORE_IT_IS_REPORTED("Released -> Unsynced by Promote", LifeTableTest::sentBeforeItIsReported),
        SENT_BEFORE_THE_FIRST_RUN_IS_REPORTED(
                "Granted -> Unsynced by Promote", LifeTableTest::sentBeforeItsFirstRunIsReported),
        FOLLOWED("Released -> Granted by Commit", LifeTableTest::followedThoughItWasTakenBack),
        SENT_AND_THEN_REPORTED("Unsynced -> Released by hosts", LifeTableTest::sentBeforeItIsReported),
        SENT_BACK_IN_TIME("Unsynced -> None by Move", LifeTableTest::obeyedALaterLineThanTheStoredOne),
        RECEIVED_BACK("Left -> Running by hosts", LifeTableTest::receivedBackRightAfterItWasTakenBack),
        TORN_AND_OFF("Lost -> Granted by Move", LifeTableTest::passedOverThoughItIsTorn),
        FENCED_RELEASED("Released -> None by Delete", t -> t.retainedPast(t::stopsOnA)),
        FENCED_LEFT("Left -> None by Delete", t -> t.retainedPast(t::endsUnseenOnA)),
        FENCED_LOST("Lost -> None by Delete", t -> t.retainedPast(t::isTornOnA));

        private final String row;
        private final Consumer<LifeTableTest> story;

        Row(String row, Consumer<LifeTableTest> story) {
            this.row = row;
            this.story = story;
        }
    }

    @ParameterizedTest
    @EnumSource(Row.class)
    void aWayThatNoSeedGoesIsGoneByName(Row row) {
        row.story.accept(this);
        assertThat(world.scene().coverage().counts().keySet())
                .filteredOn(what -> what.contains("life "))
                .contains("life " + row.row)
                .noneMatch(what -> what.startsWith("unknown-life "));
    }

    @Test
    void theSeedsNeedNotGoExactlyTheseWays() {
        assertThat(Arrays.stream(Row.values()).map(r -> "life " + r.row))
                .containsExactlyInAnyOrderElementsOf(Reach.BY_NAME);
    }

    private void sentBeforeItIsReported() {
        stoppedOn(a);
        a.libvirt().start(Fate.RUNS);
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.agentSteps(a, UP_TO_UPLOADS);
        world.operator().work();
        world.settle(2);
        starts(b);
    }

    private void sentBeforeItsFirstRunIsReported() {
        stoppedOn(a);
        b.libvirt().start(Fate.RUNS);
        b.agent().work();
        world.operator().work();
        a.agent().work();
        world.operator().work();
        assertThat(holder()).as("given, and not obeyed yet").isEqualTo("b");
        b.libvirt().timeOut();
        world.settle(3);
        b.libvirt().start(Fate.RUNS);
        world.write(b);
        b.libvirt().stop(Ending.SHUTDOWN);
        world.agentSteps(b, UP_TO_UPLOADS);
        world.operator().work();
        world.settle(2);
        starts(a);
    }

    /** It is deleted for good, migrates before it stops, and then is to be kept all the same. */
    private void followedThoughItWasTakenBack() {
        stoppedOn(a);
        starts(a);
        world.delete(DeletionPolicy.DELETE);
        world.settle(2);
        world.migrate(a, b);
        world.endMigration(true, Ending.MIGRATED);
        for (int i = 0; i < 6 && stateOnA() != LineState.TOMBSTONE; i++) {
            world.operator().work();
            world.hosts().forEach(h -> h.agent().work());
        }
        assertThat(stateOnA()).isEqualTo(LineState.TOMBSTONE);
        world.delete(DeletionPolicy.RETAIN);
        world.settle(6);
        assertThat(holder()).isEqualTo("b");
        assertThat(b.runsOnline()).isTrue();
    }

    private void receivedBackRightAfterItWasTakenBack() {
        runsOn(a);
        world.delete(DeletionPolicy.DELETE);
        world.settle(2);
        world.migrate(a, b);
        world.endMigration(true, Ending.MIGRATED);
        a.agent().work();
        world.operator().work();
        world.agentSteps(a, UP_TO_ORDERS);
        assertThat(stateOnA()).isEqualTo(LineState.TOMBSTONE);
        world.migrate(b, a);
        world.endMigration(true, Ending.MIGRATED);
        a.agent().work();
        world.settle(2);
    }

    /** It refuses the order that storage which went back gives it again, and is silent then. */
    private void obeyedALaterLineThanTheStoredOne() {
        a.runsAlready();
        world.apply(Api.HOME, "vm", DeletionPolicy.RETAIN);
        for (int i = 0; i < 6 && (world.api().record() == null || status().holder() == null); i++) {
            world.hosts().forEach(h -> h.agent().work());
            world.operator().work();
        }
        assertThat(holder()).as("given, and not obeyed yet").isEqualTo("a");
        assertThat(a.line()).isNull();
        world.takeSnapshot();
        world.settle(3);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(3);
        starts(b);
        world.settle(2);
        world.rollBack();
        a.agent().work();
        world.losePower(a, PowerLoss.NOTHING);
        world.operator().noticeSilence();
        world.operator().work();
        assertThat(status().holder()).isNull();
    }

    private void passedOverThoughItIsTorn() {
        runsOn(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(a);
        isTornOnA();
        world.settle(3);
        world.losePower(a, PowerLoss.NOTHING);
        world.operator().noticeSilence();
        b.libvirt().start(Fate.RUNS);
        accepts(Reason.HOST_LOSS, Way.TAKE_OVER);
        starts(b);
    }

    /**
     * Given up for dead, and its grant removed, the holder speaks once more, of its line, and then never again; and only then are the
     * other hosts clean.
     */
    private void retainedPast(Runnable end) {
        stoppedOn(b);
        starts(a);
        end.run();
        world.losePower(a, PowerLoss.NOTHING);
        a.fence();
        b.connect(false);
        world.operator().noticeSilence();
        world.delete(DeletionPolicy.RETAIN);
        world.settle(4);
        assertThat(status().gone()).containsExactly("a");
        a.boot();
        a.agent().work();
        world.losePower(a, PowerLoss.NOTHING);
        a.fence();
        world.operator().noticeSilence();
        b.connect(true);
        world.settle(6);
        assertThat(status().holder()).isNull();
    }

    private @Nullable LineState stateOnA() {
        return a.line() == null ? null : a.line().state();
    }

    private void stopsOnA() {
        a.libvirt().stop(Ending.SHUTDOWN);
        a.agent().work();
    }

    private void endsUnseenOnA() {
        a.libvirt().stop(null);
        a.agent().work();
    }

    private void isTornOnA() {
        world.losePower(a, PowerLoss.TORN);
        a.boot();
        a.agent().work();
    }
}
