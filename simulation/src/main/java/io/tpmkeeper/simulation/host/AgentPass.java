package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.hook.FileState;
import io.tpmkeeper.protocol.hook.HookHost.Domain;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.hostfile.Vm;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.cluster.Conflict;
import io.tpmkeeper.simulation.cluster.Stored;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One pass of an agent over its node, step by step in the order of the real one. */
final class AgentPass {
    private enum Stage {
        OBSERVE,
        ASK_LIBVIRT,
        ENDS,
        ORDERS,
        DELIVERIES,
        LIVE,
        UPLOADS,
        PURGES,
        SWEEPS,
        LOOK,
        REPORT_FACTS,
        REPORT_NODE,
        DONE
    }

    private final Host host;
    private final Agent agent;
    private final Scene scene;
    private final Api api;
    private final AgentWork work;
    private final Cleaning cleaning;
    private final Elsewhere elsewhere;
    private Stage stage = Stage.OBSERVE;
    private @Nullable Vm before;
    private boolean fresh;
    private boolean reaches = true;
    private Stored.@Nullable Grant grant;
    private Facts.@Nullable Nack nack;
    private Cleaning.Purged purged = new Cleaning.Purged(null, null);
    private Facts.@Nullable Captured captured;
    private @Nullable String uploadRefused;
    private Facts facts = Facts.nothing("");

    AgentPass(Host host, Agent agent, Scene scene, Api api, Elsewhere elsewhere) {
        this.host = host;
        this.agent = agent;
        this.scene = scene;
        this.api = api;
        this.cleaning = new Cleaning(host, scene);
        this.elsewhere = elsewhere;
        this.work = new AgentWork(host, agent, scene, api, elsewhere);
    }

    /** @return whether the pass goes on */
    boolean step() {
        Stage now = stage;
        stage = Stage.values()[now.ordinal() + 1];
        switch (now) {
            case OBSERVE -> observe();
            case ASK_LIBVIRT -> askLibvirt();
            case ENDS -> ends();
            case ORDERS -> withApi(this::orders);
            case DELIVERIES -> withApi(this::deliveries);
            case LIVE -> captureLive();
            case UPLOADS -> withApi(this::uploads);
            case PURGES -> purges();
            case SWEEPS -> cleaning.sweep(grant, isIndexed());
            case LOOK -> facts = facts();
            case REPORT_FACTS -> reportFacts();
            case REPORT_NODE -> reportNode();
            case DONE -> {}
        }
        return stage != Stage.DONE;
    }

    private interface WithApi {
        void run() throws Conflict;
    }

    /** The API server may be away: what needs it is tried again in the next pass. */
    private void withApi(WithApi part) {
        if (!reaches || host.disk.vm.isUnreadable()) {
            return;
        }
        try {
            part.run();
        } catch (Conflict e) {
            reaches = false;
        }
    }

    private void observe() {
        agent.takeUpIndex();
        Agent.Watched watched = agent.watched;
        grant = watched == null ? null : watched.grant();
        before = host.disk.vm.isUnreadable() ? null : host.disk.vm();
    }

    private boolean isIndexed() {
        var index = host.disk.index.valueOrNull();
        return index != null && index.guard() != null;
    }

    /** Not while a start waits: libvirt would wait for the hook, and the hook for the agent. */
    private void askLibvirt() {
        Libvirt libvirt = host.libvirt();
        if (libvirt.waits()) {
            host.disk.domain = new Domain.Seen(true);
            if (agent.inventory == null || !agent.inventory.defined()) {
                agent.inventory = new Inventory(true, Activity.INACTIVE);
            }
            return;
        }
        agent.inventory = new Inventory(libvirt.isDefined(), libvirt.activity());
        fresh = true;
        if (libvirt.isDefined()) {
            host.disk.domain = new Domain.Seen(true);
        }
        if (host.disk.request != null) {
            host.disk.domain = new Domain.Seen(true);
            host.disk.request = null;
        }
    }

    private boolean waiting() {
        return host.libvirt().waits();
    }

    private Activity activity() {
        Inventory inventory = agent.inventory;
        return waiting() || inventory == null ? Activity.INACTIVE : inventory.activity();
    }

    private void ends() {
        if (before != null && fresh && !waiting() && activity() == Activity.INACTIVE) {
            work.recover(before);
        }
    }

    private void orders() throws Conflict {
        Stored.Grant has = grant;
        if (has == null || !isNew(has)) {
            nack = has == null ? null : standing(has);
            return;
        }
        boolean first = before != null && before.line() == null;
        if (has.spec().order() != null && (first || has.spec().order().kind() == OrderKind.HELD)) {
            reach();
            has = api.grant(host.name());
            grant = has;
            if (has == null || !isNew(has)) {
                nack = has == null ? null : standing(has);
                return;
            }
        }
        nack = work.obey(has, before, activity());
    }

    private boolean isNew(Stored.Grant has) {
        var order = has.spec().order();
        if (order == null || standing(has) != null) {
            return false;
        }
        Line line = before == null ? null : before.line();
        return line == null
                || !line.record().equals(has.spec().recordUid())
                || !line.order().equals(order.id());
    }

    private static Facts.@Nullable Nack standing(Stored.Grant has) {
        Facts.Nack said = has.reported() == null ? null : has.reported().nacked();
        var order = has.spec().order();
        return said != null && order != null && said.order().equals(order.id()) ? said : null;
    }

    private void reach() throws Conflict {
        if (!host.isConnected()) {
            throw new Conflict("the API server is away");
        }
    }

    private void deliveries() throws Conflict {
        if (grant != null) {
            cleaning.forget(grant);
        }
        if (grant != null && work.lacksContent(waiting())) {
            reach();
            work.takeDeliveries();
        }
    }

    private void captureLive() {
        if (grant != null && !host.disk.vm.isUnreadable()) {
            captured = new LiveWork(host, agent, scene, work)
                    .capture(grant, before, fresh || waiting() ? activity() : null);
        }
    }

    private void uploads() throws Conflict {
        if (grant != null) {
            reach();
            uploadRefused = work.upload(grant, activity());
        }
    }

    private void purges() {
        if (grant != null) {
            Cleaning.Purged was = cleaning.last(grant);
            purged = cleaning.purge(grant, activity(), fresh || waiting(), isWanted());
            if (!Objects.equals(purged.id(), was.id()) && isCalledOff(purged.id())) {
                elsewhere.mayBeGone("a deletion was called off while a host carried it out");
            }
        }
    }

    private boolean isCalledOff(@Nullable String purge) {
        Stored.Grant now = api.grant(host.name());
        return now == null
                || now.spec().purge() == null
                || !now.spec().purge().id().equals(purge);
    }

    /** People want the hosts emptied, whether or not anything of it is saved. */
    private boolean isWanted() {
        Stored.Record record = api.record();
        return record != null
                && record.status().deletion() != null
                && record.status().deletion().policy() == DeletionPolicy.DELETE;
    }

    private Facts facts() {
        GrantSpec spec = grant == null ? null : grant.spec();
        Vm vm = host.disk.vm.isUnreadable() ? Vm.NOTHING.with(unreadableLine(spec), null) : host.disk.vm();
        Line line = vm.line();
        Inventory inventory = agent.inventory;
        boolean active = activity() != Activity.INACTIVE;
        boolean odd = host.disk.live.tpm() instanceof FileState.Odd;
        return new Facts(
                host.hostId(),
                spec != null && line != null && line.record().equals(spec.recordUid()) ? line.order() : null,
                nack,
                waiting() || (inventory != null && inventory.defined()),
                active,
                line,
                vm.run(),
                active || odd ? null : host.disk.live.marks().digest(),
                host.disk.told(),
                host.disk.deliveries.keySet().stream()
                        .map(io.tpmkeeper.protocol.Digest::new)
                        .toList(),
                host.libvirt().request(),
                host.refusal(),
                purged.id(),
                purged.refused(),
                uploadRefused,
                host.libvirt().holdsStop() ? "There is no space." : null,
                captured,
                null);
    }

    /** An unreadable host file starts nothing: to the operator the line is Lost. */
    private static Line unreadableLine(@Nullable GrantSpec spec) {
        return spec == null || spec.order() == null
                ? new Line("-", 1, "-", LineState.LOST, null, null)
                : new Line(spec.recordUid(), spec.order().epoch(), spec.order().id(), LineState.LOST, null, null);
    }

    private void reportFacts() {
        if (grant == null || !canTell()) {
            return;
        }
        try {
            reach();
            api.report(host.name(), facts);
        } catch (Conflict e) {
            reaches = false;
        }
    }

    /** Right after its own start, and while a start waits, it knows of this domain without libvirt. */
    private boolean canTell() {
        return agent.inventory != null || waiting();
    }

    private void reportNode() {
        Agent.Watched watched = agent.watched;
        Stored.Node node = watched == null ? null : watched.node();
        Inventory inventory = agent.inventory;
        if (node == null || inventory == null) {
            return;
        }
        boolean told = reaches && (fresh || waiting());
        boolean interesting =
                inventory.defined() || facts.hasResidue() || facts.request() != null || facts.refusal() != null;
        try {
            reach();
            api.report(
                    host.name(),
                    new Stored.Node(
                            null,
                            host.hostId(),
                            told ? node.question() : node.observed(),
                            isIndexed(),
                            inventory.defined(),
                            grant != null || !interesting ? null : facts));
        } catch (Conflict e) {
            scene.coverage().reached("conflict", String.valueOf(e.getMessage()));
        }
    }
}
