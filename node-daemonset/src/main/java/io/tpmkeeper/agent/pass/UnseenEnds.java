package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.host.DomainLocks;
import io.tpmkeeper.agent.host.FoundState;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.host.EndUnseen;
import io.tpmkeeper.protocol.host.Lying;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes runs that ended unseen. */
final class UnseenEnds {
    private static final Logger LOG = LoggerFactory.getLogger(UnseenEnds.class);

    private final Host host;
    private final Captures captures;
    private final MigrationLog log;

    UnseenEnds(Host host, Captures captures, MigrationLog log) {
        this.host = host;
        this.captures = captures;
        this.log = log;
    }

    void settle(DomainView view) throws IOException, UnreadableException {
        Run before = view.vmBefore() == null ? null : view.vmBefore().run();
        if (before == null || !before.open() || !view.fresh() || view.waiting() || view.paths() == null) {
            return;
        }
        if (view.activity() != io.tpmkeeper.protocol.host.Activity.INACTIVE) {
            return;
        }
        Optional<DomainLocks.Held> lock = host.locks().take(view.uuid(), Duration.ZERO);
        if (lock.isEmpty()) {
            return;
        }
        try (DomainLocks.Held held = lock.get()) {
            Vm vm = captures.withFreeSeq(view.uuid(), host.files().vm(view.uuid()));
            if (vm.run() == null || vm.run().n() != before.n() || !vm.run().open()) {
                return;
            }
            Optional<Ending> rescued = host.states().rescuedEnding(view.uuid(), view.paths(), before.n());
            FoundState found = host.states().end(view.uuid(), view.paths(), rescued.isPresent(), before.n());
            boolean whole = rescued.isPresent() || found.tpmLengthFits();
            Lying lying = whole
                    ? found.lying(view.paths())
                    : new Lying(null, found.lying(view.paths()).something());
            boolean migrating = log.outgoingMigrationBegan(view.paths().name(), vm.opened());
            Optional<EndUnseen.Ended> ended = EndUnseen.decide(
                    new EndUnseen.World(vm, view.activity(), false, migrating, rescued.orElse(null), lying));
            if (ended.isPresent()
                    && captures.carryOut(
                            view.uuid(), ended.get().next(), ended.get().capture(), found)) {
                LOG.atInfo()
                        .addKeyValue("domain", view.uuid())
                        .addKeyValue("run", before.n())
                        .log("a run that ended unseen was closed");
            }
        }
    }
}
