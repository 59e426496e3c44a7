package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.ClusterException;
import io.tpmkeeper.agent.host.DomainLocks;
import io.tpmkeeper.bundle.BundleReader;
import io.tpmkeeper.bundle.Checked;
import io.tpmkeeper.bundle.FileKind;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts what the operator delivered ready for a start. A delivery is addressed by its digest and changes no right. */
final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

    private final Host host;
    private final Cluster cluster;
    private final BundleReader reader = new BundleReader();

    Deliveries(Host host, Cluster cluster) {
        this.host = host;
        this.cluster = cluster;
    }

    void settle(DomainView view) throws IOException, UnreadableException, ClusterException {
        Vm vm = host.files().vm(view.uuid());
        boolean lacking = vm.line() != null && vm.line().isHeld() && vm.tip() != null && vm.at() == null;
        if (!lacking && !view.waiting()) {
            return;
        }
        for (Map<String, byte[]> data : cluster.deliveries(view.uuid())) {
            take(view.uuid(), data);
        }
        if (lacking) {
            pointTo(view.uuid(), vm);
        }
    }

    private void take(String uuid, Map<String, byte[]> data) throws IOException {
        switch (reader.verify(data, Map.of(), UUID.fromString(uuid))) {
            case Checked.Refused<BundleReader.VerifiedBundle>(var refusal) ->
                LOG.atWarn()
                        .addKeyValue("domain", uuid)
                        .addKeyValue("reason", refusal.reason().text())
                        .log("a delivery is refused");
            case Checked.Accepted<BundleReader.VerifiedBundle>(BundleReader.VerifiedBundle whole) -> {
                Digest digest = whole.bundle().manifest().digest();
                if (!host.spool().deliveries(uuid).contains(digest)) {
                    host.spool()
                            .deliver(
                                    uuid,
                                    digest,
                                    whole.contents().get(FileKind.TPM),
                                    whole.contents().get(FileKind.NVRAM));
                    LOG.atInfo()
                            .addKeyValue("domain", uuid)
                            .addKeyValue("digest", digest.brief())
                            .log("delivered");
                }
            }
        }
    }

    /** Notes where the tip lies, so that nothing sweeps it away. */
    private void pointTo(String uuid, Vm before) throws IOException, UnreadableException {
        Digest tip = before.tip();
        List<Digest> there = host.spool().deliveries(uuid);
        if (tip == null || !there.contains(tip)) {
            return;
        }
        Optional<DomainLocks.Held> lock = host.locks().take(uuid, Duration.ZERO);
        if (lock.isEmpty()) {
            return;
        }
        try (DomainLocks.Held held = lock.get()) {
            Vm vm = host.files().vm(uuid);
            if (vm.equals(before) && vm.line() != null) {
                host.files().put(uuid, vm.with(vm.line(), new Place.InDelivery(tip)));
            }
        }
    }
}
