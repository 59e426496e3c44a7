package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.host.FoundState;
import io.tpmkeeper.agent.host.HostFiles;
import io.tpmkeeper.protocol.host.Capture;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries a decision into the host directory: the capture first, then, in one rename, the host file. Under the lock. */
final class Captures {
    private static final Logger LOG = LoggerFactory.getLogger(Captures.class);

    private final Host host;

    Captures(Host host) {
        this.host = host;
    }

    /**
     * Raises the host file's seq over every number that is taken, so that the decision's capture gets a free one.
     *
     * @return the host file as the decision is to see it; it is not written yet
     */
    Vm withFreeSeq(String uuid, Vm vm) throws IOException {
        return vm.withSeq(Math.max(vm.seq(), host.spool().highest(uuid)));
    }

    /** @return false: what was found is not what was decided upon; nothing was changed */
    boolean carryOut(String uuid, Vm next, @org.jspecify.annotations.Nullable Capture capture, FoundState live)
            throws IOException {
        if (capture != null) {
            FoundState found = capture.from() == null ? live : host.states().at(uuid, capture.from());
            if (!host.spool().make(uuid, capture, found, "", host.now(), HostFiles.bootId())) {
                LOG.atWarn()
                        .addKeyValue("domain", uuid)
                        .log("the state changed while it was captured; it is looked at again");
                return false;
            }
            LOG.atInfo()
                    .addKeyValue("domain", uuid)
                    .addKeyValue("entry", capture.entry().seq())
                    .addKeyValue("trigger", capture.entry().trigger())
                    .addKeyValue("complete", capture.entry().complete())
                    .log("captured");
        }
        host.files().put(uuid, next);
        return true;
    }
}
