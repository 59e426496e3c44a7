package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.ClusterException;
import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.agent.host.DomainLocks;
import io.tpmkeeper.agent.host.FoundState;
import io.tpmkeeper.agent.host.HostFiles;
import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.host.Lying;
import io.tpmkeeper.protocol.host.Obey;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Obeys or refuses the order that stands. */
final class Orders {
    private static final Logger LOG = LoggerFactory.getLogger(Orders.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Host host;
    private final String hostId;
    private final Cluster cluster;
    private final PlaceAccess place;
    private final Captures captures;

    Orders(Host host, String hostId, Cluster cluster, PlaceAccess place, Captures captures) {
        this.host = host;
        this.hostId = hostId;
        this.cluster = cluster;
        this.place = place;
        this.captures = captures;
    }

    /** @param grant as it is to be used from here on. @param nack the order's refusal, if it is refused */
    record Settled(@Nullable Grant grant, Facts.@Nullable Nack nack) {}

    Settled settle(DomainView view) throws IOException, UnreadableException, ClusterException {
        Grant grant = view.grant();
        if (grant == null) {
            return new Settled(null, null);
        }
        if (!isNew(grant, view)) {
            return new Settled(grant, standing(grant));
        }
        boolean first = view.vmBefore() != null && view.vmBefore().line() == null;
        if (grant.spec().order() != null && (first || grant.spec().order().kind() == OrderKind.HELD)) {
            // The watch may be behind: an older order that gives the line could undo a newer one, and on a host that
            // was purged any order of a grant that has gone since would leave a line behind.
            Optional<Grant> now = cluster.grantNow(grant.name());
            if (now.isEmpty()) {
                return new Settled(null, null);
            }
            grant = now.get();
            if (!isNew(grant, view)) {
                return new Settled(grant, standing(grant));
            }
        }
        return new Settled(grant, answer(view, grant));
    }

    private static boolean isNew(Grant grant, DomainView view) {
        Order order = grant.spec().order();
        if (order == null || standing(grant) != null) {
            return false;
        }
        Vm vm = view.vmBefore();
        boolean obeyed = vm != null
                && vm.line() != null
                && vm.line().record().equals(grant.spec().recordUid())
                && vm.line().order().equals(order.id());
        return !obeyed;
    }

    /** The refusal that was reported: an order that was refused once stays refused. */
    private static Facts.@Nullable Nack standing(Grant grant) {
        Facts.Nack nack = grant.reported() == null ? null : grant.reported().nacked();
        Order order = grant.spec().order();
        return nack != null && order != null && nack.order().equals(order.id()) ? nack : null;
    }

    private Facts.@Nullable Nack answer(DomainView view, Grant grant) throws IOException, UnreadableException {
        Order order = java.util.Objects.requireNonNull(grant.spec().order());
        if (view.vmBefore() == null) {
            return new Facts.Nack(
                    order.id(), UnreadableException.REASON + ": the host file of the domain cannot be read.");
        }
        boolean live = order.tip() instanceof Content.Live;
        Activity activity = view.activity();
        if (live && !view.waiting()) {
            // Asked before the lock is taken: libvirt does not answer while a hook waits for that lock.
            boolean receiving = view.vmBefore().run() != null
                    && view.vmBefore().run().open()
                    && view.vmBefore().run().kind() == RunKind.INCOMING;
            Optional<Activity> now = place.ask(Activity.class, p -> p.activity(view.uuid(), receiving));
            if (now.isEmpty()) {
                return null;
            }
            activity = now.get();
        }
        Optional<DomainLocks.Held> lock = host.locks().take(view.uuid(), PATIENCE);
        if (lock.isEmpty()) {
            return take(view, grant, order, activity, true, view.vmBefore());
        }
        try (DomainLocks.Held held = lock.get()) {
            Vm vm = host.files().vm(view.uuid());
            if (!vm.equals(view.vmBefore())) {
                LOG.atDebug().addKeyValue("domain", view.uuid()).log("it changed; the order is judged anew");
                return null;
            }
            return take(view, grant, order, activity, false, captures.withFreeSeq(view.uuid(), vm));
        }
    }

    private Facts.@Nullable Nack take(DomainView view, Grant grant, Order order, Activity activity, boolean busy, Vm vm)
            throws IOException {
        boolean looked = activity == Activity.INACTIVE && !busy;
        FoundState found = host.states().live(view.uuid(), view.pathsOrNone());
        Obey.World here = new Obey.World(
                hostId,
                activity,
                busy,
                vm,
                looked ? found.lying(view.pathsOrNone()) : Lying.NOTHING,
                host.spool().entries(view.uuid()).stream().map(EntryMeta::entry).toList(),
                host.spool().deliveries(view.uuid()),
                isPurged(grant),
                HostFiles.bootId(),
                host.now());
        return switch (Obey.decide(grant.spec().recordUid(), grant.spec().hostId(), order, here)) {
            case Obey.Again again -> null;
            case Obey.Wait(String why) -> {
                said(view, order, "the order waits", why);
                yield null;
            }
            case Obey.Refused(String message) -> {
                said(view, order, "the order is refused", message);
                yield new Facts.Nack(order.id(), message);
            }
            case Obey.Obeyed obeyed -> {
                if (obeyed.parked() != null) {
                    host.spool().park(view.uuid(), "vm", vm.text(), "the line was given in the name of another record");
                }
                if (captures.carryOut(view.uuid(), obeyed.next(), obeyed.capture(), found)) {
                    said(view, order, "the order is obeyed", order.kind().word());
                }
                yield null;
            }
        };
    }

    private static boolean isPurged(Grant grant) {
        GrantSpec.Purge purge = grant.spec().purge();
        Facts reported = grant.reported();
        return purge != null && reported != null && purge.id().equals(reported.purged());
    }

    private static void said(DomainView view, Order order, String what, String why) {
        LOG.atInfo()
                .addKeyValue("domain", view.uuid())
                .addKeyValue("order", order.id())
                .addKeyValue("epoch", order.epoch())
                .addKeyValue("cause", why)
                .log(what);
    }
}
