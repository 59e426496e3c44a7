package io.tpmkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Choice.Way;
import io.tpmkeeper.protocol.Decision;
import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.operator.Finding;
import io.tpmkeeper.protocol.operator.Finding.Reason;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.host.Plan.Fate;
import io.tpmkeeper.simulation.truth.Scene;
import io.tpmkeeper.simulation.world.SimulatedWorld;
import java.util.Objects;

/** A world, and what the schedules do in it. Every promise is checked after every step. */
abstract class Schedules {
    final SimulatedWorld world = new SimulatedWorld(Scene.begin(false));
    final Host a = world.host("a");
    final Host b = world.host("b");
    final Host c = world.host("c");

    void apply() {
        world.apply(Api.HOME, "vm", DeletionPolicy.RETAIN);
        world.settle(3);
    }

    /** Protected, and running there with something written. */
    void runsOn(Host host) {
        host.libvirt().define();
        apply();
        starts(host);
        world.write(host);
        world.settle(1);
    }

    void stoppedOn(Host host) {
        runsOn(host);
        host.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
    }

    void starts(Host host) {
        tries(host);
        assertThat(host.runsOnline())
                .as("%s, found %s", host, world.operator().findings())
                .isTrue();
    }

    void tries(Host host) {
        host.libvirt().start(Fate.RUNS);
        for (int i = 0; i < 6 && !host.libvirt().runs(); i++) {
            world.scene().clock().pass(40);
            world.settle(1);
        }
    }

    void isRefused(Host host, Reason why) {
        tries(host);
        assertThat(host.libvirt().runs()).isFalse();
        assertThat(world.operator().findings()).extracting(Finding::reason).contains(why);
        host.libvirt().timeOut();
    }

    void migrates(Host from, Host to, Ending seen) {
        world.migrate(from, to);
        world.endMigration(true, seen == Ending.UNKNOWN ? null : seen);
        world.settle(1);
    }

    /** The owner accepts one of the options of the decision that is asked now. */
    void accepts(Reason why, Way way) {
        Decision asked = asked(why);
        int number =
                asked.options().stream().map(o -> o.choice().way()).toList().indexOf(way);
        assertThat(number).as("%s", asked).isNotNegative();
        world.people().accept(number);
        world.settle(4);
    }

    void acceptsToContinueOn(Reason why, Host host) {
        Decision asked = asked(why);
        int number = asked.options().stream()
                .map(o -> o.choice().way() == Way.CONTINUE ? o.choice().node() : null)
                .toList()
                .indexOf(host.name());
        assertThat(number).as("%s", asked).isNotNegative();
        world.people().accept(number);
        world.settle(4);
    }

    Decision asked(Reason why) {
        world.settle(4);
        Decision asked = world.people().decision();
        assertThat(asked).as("%s", world.operator().findings()).isNotNull();
        assertThat(Objects.requireNonNull(asked).reason()).isEqualTo(why.word());
        return asked;
    }

    RecordStatus status() {
        return Objects.requireNonNull(world.api().record()).status();
    }

    String holder() {
        return Objects.requireNonNull(status().holder()).node();
    }
}
