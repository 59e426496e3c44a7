package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.agent.host.DomainLocks;
import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.host.Sweep;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes what need not lie on the host any longer. */
final class Sweeps {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeps.class);

    private final Host host;
    private final Sweep.Retention retention;

    Sweeps(Host host, Sweep.Retention retention) {
        this.host = host;
        this.retention = retention;
    }

    void settle(DomainView view, @Nullable Grant grant) throws IOException, UnreadableException {
        Optional<DomainLocks.Held> lock = host.locks().take(view.uuid(), Duration.ZERO);
        if (lock.isEmpty()) {
            return;
        }
        try (DomainLocks.Held held = lock.get()) {
            Vm vm = host.files().vm(view.uuid());
            GrantSpec spec = grant == null ? null : grant.spec();
            Sweep.Deletable deletable = Sweep.decide(new Sweep.World(
                    spec == null ? null : spec.recordUid(),
                    view.indexed(),
                    vm,
                    host.spool().entries(view.uuid()).stream()
                            .map(m -> new Sweep.Kept(m.entry(), m.how(), m.captured()))
                            .toList(),
                    host.spool().deliveries(view.uuid()),
                    host.spool().quarantine(view.uuid()),
                    spec == null ? null : spec.saved(),
                    spec == null ? List.of() : spec.settled(),
                    spec == null ? null : spec.wanted(),
                    ordered(spec, vm),
                    host.now(),
                    retention));
            delete(view.uuid(), deletable);
            if (hasGivenUp(vm)) {
                host.files().delete("reserve", view.uuid());
            }
        }
    }

    /** Room for the next stop is reserved by the next start; where there may be none, it would be room lost. */
    private static boolean hasGivenUp(Vm vm) {
        return vm.line() != null
                && vm.line().state() == LineState.TOMBSTONE
                && (vm.run() == null || !vm.run().open());
    }

    private static @Nullable Digest ordered(@Nullable GrantSpec spec, Vm vm) {
        if (spec == null || spec.order() == null || !(spec.order().tip() instanceof Content.Of(Digest digest))) {
            return null;
        }
        boolean obeyed =
                vm.line() != null && vm.line().order().equals(spec.order().id());
        return obeyed ? null : digest;
    }

    private void delete(String uuid, Sweep.Deletable deletable) throws IOException {
        for (long seq : deletable.entries()) {
            host.spool().delete(uuid, seq);
            LOG.atInfo().addKeyValue("domain", uuid).addKeyValue("entry", seq).log("swept");
        }
        for (Digest digest : deletable.deliveries()) {
            host.spool().deleteDelivery(uuid, digest);
            LOG.atInfo()
                    .addKeyValue("domain", uuid)
                    .addKeyValue("digest", digest.brief())
                    .log("swept");
        }
        for (long n : deletable.quarantine()) {
            host.spool().deleteQuarantine(uuid, n);
            LOG.atInfo()
                    .addKeyValue("domain", uuid)
                    .addKeyValue("quarantine", n)
                    .log("swept");
        }
    }
}
