package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.ClusterException;
import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Refusal;
import io.tpmkeeper.protocol.Request;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.hostfile.Answer;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.HeldStop;
import io.tpmkeeper.protocol.hostfile.RefusedStart;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.Vm;
import io.tpmkeeper.protocol.hostfile.WaitingStart;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One domain's part of a pass: everything that is to be done for it, then the facts as they are afterwards. */
final class DomainPass {
    private static final Logger LOG = LoggerFactory.getLogger(DomainPass.class);

    private final Host host;
    private final String hostId;
    private final UnseenEnds ends;
    private final Orders orders;
    private final Deliveries deliveries;
    private final LiveCaptures live;
    private final Uploads uploads;
    private final Purges purges;
    private final Voids voids;
    private final Sweeps sweeps;
    private final Looker looker;

    DomainPass(
            Host host,
            String hostId,
            String node,
            Cluster cluster,
            PlaceAccess place,
            MigrationLog log,
            io.tpmkeeper.protocol.host.Sweep.Retention retention) {
        this.host = host;
        this.hostId = hostId;
        Captures captures = new Captures(host);
        this.ends = new UnseenEnds(host, captures, log);
        this.orders = new Orders(host, hostId, cluster, place, captures);
        this.deliveries = new Deliveries(host, cluster);
        this.looker = new Looker(host);
        this.live = new LiveCaptures(host, hostId, captures, looker);
        this.uploads = new Uploads(host, hostId, node, cluster, captures);
        this.purges = new Purges(host, hostId);
        this.voids = new Voids(host, hostId);
        this.sweeps = new Sweeps(host, retention);
    }

    /** What came out of a step that may need the API server, which may be away. */
    private static final class Outcome {
        @Nullable
        Grant grant;

        Facts.@Nullable Nack nack;
        Purges.Settled purge = new Purges.Settled(null, null);

        Facts.@Nullable Captured captured;

        @Nullable
        String upload;
    }

    LiveCaptures live() {
        return live;
    }

    /** Only if no run is open. What cannot be sent now is told by the pass that follows. */
    void sendWhatEnded(DomainView view) throws IOException {
        Vm vm = view.vmBefore();
        Grant grant = view.grant();
        if (grant == null || vm == null || vm.run() == null || vm.run().open()) {
            return;
        }
        try {
            String unused = uploads.settle(view, grant);
        } catch (UnreadableException | ClusterException e) {
            LOG.atDebug()
                    .addKeyValue("domain", view.uuid())
                    .addKeyValue("cause", e.getMessage())
                    .log("not sent yet");
        }
    }

    Facts run(DomainView view) throws IOException {
        Outcome outcome = new Outcome();
        outcome.grant = view.grant();
        Vm vm;
        try {
            act(view, outcome);
            vm = host.files().vm(view.uuid());
        } catch (UnreadableException e) {
            LOG.atError()
                    .addKeyValue("domain", view.uuid())
                    .addKeyValue("reason", UnreadableException.REASON)
                    .addKeyValue("cause", e.getMessage())
                    .log("left as it is");
            outcome.upload = UnreadableException.REASON + ": " + e.getMessage()
                    + ". It is left as it is; what a stop leaves is still captured.";
            outcome.purge = Purges.unreadable(outcome.grant, e);
            vm = Vm.NOTHING.with(unreadableLine(outcome.grant), null);
        }
        return facts(view, outcome, vm);
    }

    private void act(DomainView view, Outcome outcome) throws IOException, UnreadableException {
        ends.settle(view);
        try {
            Orders.Settled order = orders.settle(view);
            outcome.grant = order.grant();
            outcome.nack = order.nack();
            Grant grant = outcome.grant;
            if (grant != null) {
                voids.settle(view, grant);
                answer(view, grant);
                deliveries.settle(view);
                outcome.captured = live.settle(view, grant);
                outcome.upload = uploads.settle(view, grant);
            }
        } catch (ClusterException e) {
            LOG.atWarn()
                    .addKeyValue("domain", view.uuid())
                    .addKeyValue("cause", e.getMessage())
                    .log("the API server does not answer; it is tried again");
        }
        if (outcome.grant != null) {
            outcome.purge = purges.settle(view, outcome.grant);
        }
        sweeps.settle(view, outcome.grant);
    }

    /** Why a start that waits is not served, handed to the hook. */
    private void answer(DomainView view, Grant grant) throws IOException, UnreadableException {
        GrantSpec.Answer answer = grant.spec().answer();
        Optional<WaitingStart> request = host.files().request(view.uuid());
        if (answer != null && request.isPresent() && request.get().id().equals(answer.request())) {
            host.files().put(view.uuid(), new Answer(answer.request(), answer.message()));
        }
    }

    /** An unreadable host file starts nothing: to the operator the line is Lost. */
    private static Line unreadableLine(@Nullable Grant grant) {
        if (grant == null || grant.spec().order() == null) {
            return new Line("-", 1, "-", LineState.LOST, null, null);
        }
        return new Line(
                grant.spec().recordUid(),
                grant.spec().order().epoch(),
                grant.spec().order().id(),
                LineState.LOST,
                null,
                null);
    }

    private Facts facts(DomainView view, Outcome outcome, Vm vm) throws IOException {
        Grant grant = outcome.grant;
        Line line = vm.line();
        boolean active = view.activity() != Activity.INACTIVE;
        Looker.Look look = active ? null : looker.live(view.uuid(), view.pathsOrNone());
        String acked = grant != null
                        && line != null
                        && line.record().equals(grant.spec().recordUid())
                ? line.order()
                : null;
        return new Facts(
                hostId,
                acked,
                outcome.nack,
                view.placed() != null || view.waiting(),
                active,
                line,
                vm.run(),
                look == null ? null : look.digest(),
                host.spool().entries(view.uuid()).stream().map(DomainPass::told).toList(),
                host.spool().deliveries(view.uuid()),
                request(view),
                refusal(view),
                outcome.purge.purged(),
                outcome.purge.refused(),
                uploadRefused(outcome, look),
                stopHeld(view),
                outcome.captured,
                view.placed() == null ? null : view.placed().refused());
    }

    /** With the time, which is for people: what the host decides upon has none. */
    private static Entry told(EntryMeta meta) {
        return meta.entry().toldWith(Instant.ofEpochSecond(meta.captured()).toString());
    }

    private @Nullable String stopHeld(DomainView view) throws IOException {
        try {
            return host.files()
                    .held(view.uuid())
                    .map(HeldStop::why)
                    .map(DomainPass::sentence)
                    .orElse(null);
        } catch (UnreadableException e) {
            return "Why is not known: " + sentence(String.valueOf(e.getMessage()));
        }
    }

    private static String sentence(String words) {
        return words.endsWith(".") ? words : words + ".";
    }

    /** In a sentence that begins with its name where it has one. */
    private static @Nullable String uploadRefused(Outcome outcome, Looker.@Nullable Look look) {
        if (outcome.upload != null) {
            return outcome.upload;
        }
        return look == null || look.failures() == null ? null : "StateFileRefused: " + look.failures() + ".";
    }

    private @Nullable Request request(DomainView view) throws IOException {
        try {
            return host.files()
                    .request(view.uuid())
                    .filter(host::waits)
                    .map(WaitingStart::request)
                    .orElse(null);
        } catch (UnreadableException e) {
            return null;
        }
    }

    private @Nullable Refusal refusal(DomainView view) throws IOException {
        try {
            return host.files().refused(view.uuid()).map(RefusedStart::refusal).orElse(null);
        } catch (UnreadableException e) {
            return null;
        }
    }
}
