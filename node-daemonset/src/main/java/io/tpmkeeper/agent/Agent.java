package io.tpmkeeper.agent;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.ClusterException;
import io.tpmkeeper.agent.pass.NodePass;
import io.tpmkeeper.agent.pass.Wakeup;
import io.tpmkeeper.protocol.hostfile.Identity;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs passes until it is told to stop, and says that it is alive. */
final class Agent {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
    private static final long LEASE_PERIOD = 10;

    private final Identity identity;
    private final Cluster cluster;
    private final NodePass pass;
    private final Wakeup wakeup;
    private final Pulse pulse;
    private final Runnable passed;
    private final ScheduledExecutorService lease = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("lease").daemon().factory());
    private volatile boolean stopping;
    private volatile boolean restored;
    private long revision;
    private boolean ours;

    /** @param passed called after each pass */
    Agent(Identity identity, Cluster cluster, NodePass pass, Wakeup wakeup, Pulse pulse, Runnable passed) {
        this.identity = identity;
        this.cluster = cluster;
        this.pass = pass;
        this.wakeup = wakeup;
        this.pulse = pulse;
        this.passed = passed;
    }

    /**
     * @throws ForeignHostException if the host directory belongs to another cluster; nothing was changed then
     * @throws RestoredClusterException if what this process watches cannot be believed any more
     */
    void run() throws ForeignHostException, RestoredClusterException, InterruptedException {
        try {
            while (!stopping) {
                pulse.beat();
                recogniseCluster();
                once();
                wakeup.await(pass.rest());
            }
        } finally {
            lease.shutdownNow();
        }
        if (restored) {
            throw new RestoredClusterException();
        }
        LOG.info("stopped; the hook goes on without the agent");
    }

    void stop() {
        stopping = true;
        wakeup.signal();
    }

    private void once() {
        try {
            pass.run(ours);
            passed.run();
            if (pass.hasTold()) {
                pulse.work();
            }
        } catch (RuntimeException e) {
            LOG.error("a pass failed; the next one begins anew", e);
        }
    }

    /** With the API server away the agent goes on with what the host knows; it takes no index from a cluster it has not named. */
    private void recogniseCluster() throws ForeignHostException {
        if (ours) {
            return;
        }
        try {
            String id = cluster.id();
            if (!id.equals(identity.cluster())) {
                throw new ForeignHostException("The host directory belongs to cluster " + identity.cluster()
                        + ", this is cluster " + id + ". Nothing was changed.");
            }
            ours = true;
            var unused = lease.scheduleWithFixedDelay(this::renew, 0, LEASE_PERIOD, TimeUnit.SECONDS);
        } catch (ClusterException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("the API server does not answer");
        }
    }

    void renew() {
        try {
            long now = cluster.renewLease();
            if (now > 0 && now < revision) {
                restored = true;
                stop();
            }
            revision = Math.max(revision, now);
        } catch (ClusterException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("the lease was not renewed");
        } catch (RuntimeException e) {
            LOG.error("the lease was not renewed", e);
        }
    }
}
