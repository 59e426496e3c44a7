package io.tpmkeeper.simulation.world;

import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.operator.Awaited;
import io.tpmkeeper.protocol.operator.Finding;
import io.tpmkeeper.simulation.cluster.Stored;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.host.Plan.Fate;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Harm;

/** A start while nothing is wrong with the world: within a bounded number of rounds it is served, or it is told why not. */
final class Starting {
    private static final int ROUNDS = 8;
    /** Seconds: longer than an agent rests before it asks again for what it sent. */
    private static final long PATIENCE = 40;

    private final SimulatedWorld world;

    Starting(SimulatedWorld world) {
        this.world = world;
    }

    /** @return whether it runs there now, in the name of its line */
    boolean on(Host host) {
        host.libvirt().start(Fate.RUNS);
        for (int i = 0; i < ROUNDS && !host.libvirt().runs(); i++) {
            world.scene().clock().pass(PATIENCE);
            world.settle(1);
        }
        if (host.libvirt().waits() && !isTold(host)) {
            throw new Broken(
                    Harm.STUCK,
                    "%s waits, and nobody tells it for what; found %s"
                            .formatted(host.name(), world.operator().findings()));
        }
        return host.libvirt().runs() && host.runsOnline();
    }

    /**
     * In the answer to this very start: what is said of the domain does not reach whoever looks at libvirt. While it is being taken out of
     * protection no host gets a grant that has none, so there what is found must say it. A fork explains nothing: beside it the line
     * goes on. That the operator waits for something explains nothing, either: nothing is wrong, and it has waited long enough.
     */
    private boolean isTold(Host host) {
        Stored.Grant grant = world.api().grant(host.name());
        if (grant == null) {
            return world.operator().findings().stream()
                    .anyMatch(f -> f.reason() != Finding.Reason.FORKED_RUN
                            && !f.message().isBlank());
        }
        Facts facts = grant.reported();
        GrantSpec.Answer answer = grant.spec().answer();
        return facts != null
                && facts.request() != null
                && answer != null
                && answer.request().equals(facts.request().id())
                && !answer.message().isBlank()
                && !Awaited.isAllThat(answer);
    }
}
