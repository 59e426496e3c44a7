package io.tpmkeeper.simulation.world;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.simulation.cluster.Stored;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.host.Leftovers;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Harm;
import java.util.List;

/** What must be so of hosts once the domain started on one of them without a fault. */
final class Settled {
    private static final int ROUNDS = 8;
    /** Seconds: longer than an agent rests before it asks again for what it sent. */
    private static final long PATIENCE = 40;

    private final SimulatedWorld world;

    Settled(SimulatedWorld world) {
        this.world = world;
    }

    void check() {
        nothingIsLeft(true);
        world.hosts().forEach(world::write);
        eachIsServedOrTold();
        world.hosts().forEach(h -> h.libvirt().stop(Ending.SHUTDOWN));
        nothingIsLeft(true);
        eachIsServedOrTold();
        world.hosts().forEach(h -> h.libvirt().stop(Ending.SHUTDOWN));
        nothingIsLeft(true);
        // A clock that was set back makes captures younger than they are.
        world.monthPasses();
        world.monthPasses();
        nothingIsLeft(false);
    }

    /** Where it runs elsewhere, or may not go on, too. */
    private void eachIsServedOrTold() {
        for (Host host : world.hosts()) {
            if (host.agent().isHeard() && !host.isHostFileBroken()) {
                boolean served = new Starting(world).on(host);
                world.scene()
                        .coverage()
                        .reached("end", served ? "another start is served" : "another start is told why not");
                host.libvirt().timeOut();
                world.settle(1);
            }
        }
    }

    private void nothingIsLeft(boolean retained) {
        for (int i = 0; i < 2; i++) {
            world.settle(ROUNDS);
            world.scene().clock().pass(PATIENCE);
        }
        world.settle(1);
        Stored.Record record = world.api().record();
        if (record == null
                || record.status().holder() == null
                || !world.operator().findings().isEmpty()) {
            // It runs by a line that an answer may still take from it: what lies beside may be the domain.
            world.scene().coverage().reached("end", "beside what is asked, nothing is swept");
            return;
        }
        Current current = record.status().current();
        for (Host host : world.hosts()) {
            if (!host.agent().isHeard() || host.isHostFileBroken()) {
                continue;
            }
            List<String> left =
                    new Leftovers(host, record.uid(), current == null ? null : current.saved()).list(retained);
            if (!left.isEmpty()) {
                throw new Broken(Harm.LEFT, "%s keeps %s %s".formatted(host.name(), left, retained ? "" : "for ever"));
            }
        }
    }
}
