package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.hook.HookHost.IndexLine;
import io.tpmkeeper.protocol.hook.HostFile;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.cluster.Stored;
import io.tpmkeeper.simulation.truth.Content;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The agent's process: what it watched, what it remembers, and the pass that it is in. */
public final class Agent {
    private final Host host;
    private final Scene scene;
    private final Api api;
    private final Elsewhere elsewhere;
    private boolean up = true;
    private boolean lags;
    private boolean foreign;

    /** Of the cluster, as far as watches brought it; null: nothing was listed yet. */
    @Nullable
    Watched watched;

    /** Null: libvirt was not asked yet. */
    @Nullable
    Inventory inventory;

    final Map<String, Long> sent = new HashMap<>();

    /** The capture of a running guest that it made last; null: none. */
    @Nullable
    LastLive live;

    /** Every order that was obeyed here, whichever process did it. */
    private final Set<String> obeyed = new HashSet<>();

    /** Tombstones of these: a purge takes with it what a host knows of them. */
    private final Set<String> tombstones = new HashSet<>();

    private @Nullable AgentPass pass;
    private boolean diesMidway;
    private boolean distrusting;

    Agent(Host host, Scene scene, Api api, Elsewhere elsewhere) {
        this.host = host;
        this.scene = scene;
        this.api = api;
        this.elsewhere = elsewhere;
    }

    /** @param guard the label of the record; null: the domain is not protected. @param node null: the operator did not make it yet */
    record Watched(@Nullable IndexLine index, Stored.@Nullable Grant grant, Stored.@Nullable Node node) {}

    /** @param run in which it was made. @param at Unix seconds */
    record LastLive(long run, long at, io.tpmkeeper.protocol.Digest digest) {}

    public boolean isUp() {
        return up && host.isOn();
    }

    /** Whether it renews its Lease. */
    public boolean isHeard() {
        return isUp() && host.isConnected() && !foreign;
    }

    /** The host directory says that it is another cluster's: it ends before it has read or told anything else. */
    public void isOfAnotherCluster(boolean is) {
        foreign = is;
        forget();
    }

    public void die() {
        up = false;
        forget();
    }

    public void live() {
        up = true;
    }

    void restart() {
        forget();
    }

    private void forget() {
        watched = null;
        inventory = null;
        sent.clear();
        live = null;
        pass = null;
    }

    /** Its watches bring nothing new until they do not lag any more. */
    public void lag(boolean behind) {
        lags = behind;
    }

    /** Whether what it reported is what is here now: of what came since, nobody elsewhere can know. */
    public boolean hasTold(Facts facts) {
        boolean active = host.libvirt().isActive();
        return facts.active() == active
                && Objects.equals(facts.run(), host.disk.vm().run())
                && (active
                        || Objects.equals(facts.live(), host.disk.live.marks().digest()))
                && facts.entries().equals(host.disk.told());
    }

    private void watch() {
        if (!host.isConnected() || (lags && watched != null)) {
            return;
        }
        Stored.Record record = api.record();
        String label = record == null ? null : record.guard();
        IndexLine line = new IndexLine(label == null ? null : io.tpmkeeper.protocol.Guard.ofWord(label));
        watched = new Watched(line, api.grant(host.name()), api.node(host.name()));
    }

    /** A whole pass, or the rest of the one that it is in. */
    public void work() {
        while (step()) {
            // Each step is one that it can die after.
        }
    }

    /** The next step of its pass. @return whether the pass goes on */
    public boolean step() {
        if (!isUp() || foreign) {
            return false;
        }
        if (pass == null) {
            watch();
            pass = new AgentPass(host, this, scene, api, elsewhere);
        }
        boolean goesOn = pass.step() && isUp();
        if (!goesOn) {
            pass = null;
        }
        return goesOn;
    }

    public boolean isBusy() {
        return pass != null;
    }

    /** @return false: it was obeyed before */
    boolean obeys(String hostId, Order order) {
        String once = hostId + " " + order.id();
        if (order.kind() == OrderKind.TOMBSTONE) {
            tombstones.add(once);
        }
        return obeyed.add(once);
    }

    /** A Tombstone that still stands is obeyed anew after that, and gives nothing; an order that gives the line never is. */
    void isPurged() {
        obeyed.removeAll(tombstones);
        tombstones.clear();
    }

    /** It will die when it has made an entry and not yet written the host file that names it. */
    public void dieMidway(boolean will) {
        diesMidway = will;
    }

    boolean diesBeforeTheHostFile() {
        boolean dies = diesMidway;
        diesMidway = false;
        if (dies) {
            die();
        }
        return dies;
    }

    /** From now on some of what it sends is refused by the operator's verification. */
    public void sendGarbage(boolean some) {
        distrusting = some;
    }

    /** Verification judges content, so the same content always comes out alike. */
    public boolean isDistrusted(Content content) {
        return content.isTorn() || (distrusting && content.number() % 3 == 0);
    }

    void takeUpIndex() {
        if (watched != null && watched.index() != null) {
            host.disk.index = HostFile.of(watched.index());
        }
    }
}
