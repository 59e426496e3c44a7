package io.tpmkeeper.agent;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.ClusterException;
import io.tpmkeeper.agent.pass.Host;
import io.tpmkeeper.agent.pass.HostDirectory;
import io.tpmkeeper.agent.pass.Pace;
import io.tpmkeeper.agent.pass.Unsettled;
import io.tpmkeeper.agent.pass.Wakeup;
import io.tpmkeeper.agent.place.DomainPlace;
import io.tpmkeeper.protocol.hostfile.Config;
import io.tpmkeeper.protocol.hostfile.Identity;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Before the first pass: the host directory and its identity. While they cannot be had, the agent lives and says why. */
final class Settling {
    private static final Logger LOG = LoggerFactory.getLogger(Settling.class);

    private final Host host;
    private final Cluster cluster;
    private final Unsettled unsettled;
    private final Wakeup wakeup;
    private final Pulse pulse;
    private String said = "";

    Settling(Host host, Cluster cluster, DomainPlace place, Wakeup wakeup, Pulse pulse, String version) {
        this.host = host;
        this.cluster = cluster;
        this.unsettled = new Unsettled(cluster, place, host.clock(), version);
        this.wakeup = wakeup;
        this.pulse = pulse;
    }

    /** @param wait seconds that a start waits for an answer */
    Identity settle(long wait) throws UnreadableException, InterruptedException {
        while (true) {
            pulse.beat();
            try {
                host.files().prepare();
                Identity identity = identity();
                host.files().put(new Config(wait));
                return identity;
            } catch (ClusterException e) {
                LOG.atWarn()
                        .addKeyValue("cause", e.getMessage())
                        .log("the cluster's id is needed first; it is tried again");
                wakeup.await(Duration.ofSeconds(2));
            } catch (IOException e) {
                tell(HostDirectory.trouble(e));
                wakeup.await(Pace.TROUBLED.rest());
            }
        }
    }

    /** Made once, with the cluster's id in it, so the API server has to be there for an agent's very first start. */
    private Identity identity() throws IOException, UnreadableException, ClusterException {
        Optional<Identity> there = host.files().identity();
        if (there.isPresent()) {
            return there.get();
        }
        Identity made = new Identity(UUID.randomUUID().toString(), cluster.id());
        host.files().put(made);
        return made;
    }

    private void tell(String wrong) {
        if (!wrong.equals(said)) {
            LOG.atError().addKeyValue("cause", wrong).log("the host directory cannot be used; it is tried again");
            said = wrong;
        }
        try {
            cluster.renewLease();
            if (unsettled.tell(wrong)) {
                pulse.work();
            }
        } catch (ClusterException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("the API server does not answer");
        }
    }
}
