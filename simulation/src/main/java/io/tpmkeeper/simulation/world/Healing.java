package io.tpmkeeper.simulation.world;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.operator.Finding;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.host.Plan.Fate;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Harm;
import java.util.List;

/** What must be so when all faults cease: within a bounded number of rounds the domain starts somewhere, or it is said why not. */
final class Healing {
    private static final int ROUNDS = 8;

    /** Seconds: longer than an agent rests before it asks again for what it sent. */
    private static final long PATIENCE = 40;

    private final SimulatedWorld world;

    Healing(SimulatedWorld world) {
        this.world = world;
    }

    /** @param first the host that tries first */
    void heal(int first) {
        world.endFaults();
        world.settle(ROUNDS);
        for (Host host : world.hosts()) {
            host.libvirt().stop(Ending.SHUTDOWN);
            host.libvirt().removeManagedSave();
        }
        world.settle(ROUNDS);
        world.api().makeNamespaceAgain(Api.HOME);
        world.hosts().get(first).libvirt().define();
        world.apply(Api.HOME, "vm", DeletionPolicy.RETAIN);
        world.settle(ROUNDS);
        world.scene().clock().pass(PATIENCE);
        world.settle(ROUNDS);
        world.apply(Api.HOME, "vm", DeletionPolicy.RETAIN);
        world.settle(ROUNDS);
        for (int i = 0; i < world.hosts().size(); i++) {
            Host host = world.hosts().get((first + i) % world.hosts().size());
            if (starts(host)) {
                world.scene().coverage().reached("end", "the domain starts");
                return;
            }
            List<Finding> findings = world.operator().findings().stream()
                    .filter(f -> f.reason() != Finding.Reason.FORKED_RUN)
                    .toList();
            host.libvirt().timeOut();
            if (!findings.isEmpty()) {
                world.scene()
                        .coverage()
                        .reached("end", findings.getFirst().reason().word());
                return;
            }
        }
        if (world.hosts().stream().anyMatch(Host::isHostFileBroken)) {
            // The refusal itself says so, and what to do; nobody's answer would help.
            world.scene().coverage().reached("end", "HostFileUnreadable");
            return;
        }
        if (world.mayBeStuck()) {
            world.scene().coverage().reached("limit", "a purge was undone by a rollback");
            return;
        }
        throw new Broken(Harm.STUCK, "no host can start the domain, and nothing is said of why");
    }

    private boolean starts(Host host) {
        host.libvirt().start(Fate.RUNS);
        for (int i = 0; i < ROUNDS && !host.libvirt().runs(); i++) {
            world.scene().clock().pass(PATIENCE);
            world.settle(1);
        }
        return host.libvirt().runs() && host.runsOnline();
    }
}
