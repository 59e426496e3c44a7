package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.agent.host.DomainLocks;
import io.tpmkeeper.protocol.host.VoidRun;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets the runs that are no part of the domain. */
final class Voids {
    private static final Logger LOG = LoggerFactory.getLogger(Voids.class);

    private final Host host;
    private final String hostId;

    Voids(Host host, String hostId) {
        this.host = host;
        this.hostId = hostId;
    }

    /** What cannot be done now, since the hook is at work, is done in a later pass. */
    void settle(DomainView view, Grant grant) throws IOException, UnreadableException {
        if (grant.spec().voids().isEmpty() || !grant.spec().hostId().equals(hostId)) {
            return;
        }
        Optional<DomainLocks.Held> lock = host.locks().take(view.uuid(), Duration.ZERO);
        if (lock.isEmpty()) {
            return;
        }
        try (DomainLocks.Held held = lock.get()) {
            Optional<Vm> next = VoidRun.decide(
                    grant.spec().voids(), new VoidRun.World(host.files().vm(view.uuid()), false));
            if (next.isPresent()) {
                host.files().put(view.uuid(), next.get());
                LOG.atInfo()
                        .addKeyValue("domain", view.uuid())
                        .addKeyValue("run", grant.spec().voids())
                        .log("the run is no part of the domain");
            }
        }
    }
}
