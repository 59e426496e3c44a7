package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.host.DomainLocks;
import io.tpmkeeper.agent.host.DurableFiles;
import io.tpmkeeper.agent.host.HostFiles;
import io.tpmkeeper.agent.host.HostPaths;
import io.tpmkeeper.agent.host.Spool;
import io.tpmkeeper.agent.host.StateFiles;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.WaitingStart;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The host directory, all of it. @param clock for what people read and for retention; it orders nothing */
public record Host(
        HostPaths paths, HostFiles files, Spool spool, StateFiles states, DomainLocks locks, InstantSource clock) {
    private static final Logger LOG = LoggerFactory.getLogger(Host.class);

    public static Host at(HostPaths paths, InstantSource clock) {
        DurableFiles durable = new DurableFiles();
        return new Host(
                paths,
                new HostFiles(paths, durable),
                new Spool(paths, durable),
                new StateFiles(paths),
                new DomainLocks(paths),
                clock);
    }

    public long now() {
        return clock.instant().getEpochSecond();
    }

    /** The starts that wait, and the domains that the hook hands over, by UUID. */
    public Map<String, WaitingStart> requests() throws IOException {
        Map<String, WaitingStart> all = new TreeMap<>();
        for (String uuid : files.domainsWith("request")) {
            try {
                files.request(uuid).ifPresent(r -> all.put(uuid, r));
            } catch (UnreadableException e) {
                LOG.atWarn()
                        .addKeyValue("domain", uuid)
                        .addKeyValue("reason", UnreadableException.REASON)
                        .addKeyValue("cause", e.getMessage())
                        .log("a request cannot be read");
            }
        }
        return all;
    }

    /** Whether a hook waits for the agent. One that was killed leaves its request behind: it counts for its time and no longer. */
    public boolean startWaits() {
        try {
            return requests().values().stream().anyMatch(this::waits);
        } catch (IOException e) {
            return false;
        }
    }

    public boolean waits(WaitingStart request) {
        long since = now() - request.since();
        return request.waitSeconds() > 0 && since >= 0 && since <= request.waitSeconds() + 5;
    }
}
