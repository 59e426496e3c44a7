package io.tpmkeeper.protocol.operator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.Refusal;
import io.tpmkeeper.protocol.Request;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.Trigger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One host that obeys: hook and agent in a few lines each, without files, migrations and images. */
final class ToyHost {
    final String name;
    final ToyCluster cluster;
    String hostId;
    boolean on = true;
    boolean agent = true;
    boolean lease = true;
    boolean fenced;
    boolean indexed;
    boolean defined;
    boolean active;
    /** It was given up for dead by a person while it held something. */
    boolean forsaken;

    boolean torn;

    @Nullable
    Line line;

    @Nullable
    Run run;

    @Nullable
    Digest live;

    List<Entry> entries = new ArrayList<>();
    List<Digest> deliveries = new ArrayList<>();

    @Nullable
    Request request;

    @Nullable
    Refusal refusal;

    @Nullable
    String acked;

    Facts.@Nullable Nack nacked;

    @Nullable
    String purged;

    @Nullable
    String purgeRefused;

    private boolean givenElsewhere;
    private long seq;
    private final Set<String> obeyed = new HashSet<>();
    private final Set<String> refused = new HashSet<>();

    ToyHost(String name, ToyCluster cluster) {
        this.name = name;
        this.cluster = cluster;
        this.hostId = name + "-1";
    }

    boolean alive() {
        return on && agent && lease;
    }

    // The hook.

    /** Also called again by a start that waits, when something changed. */
    void prepare(boolean breakGlass) {
        if (active || !on) {
            return;
        }
        defined = true;
        recover();
        Line has = line;
        if (has == null && !indexed) {
            open(live, false);
        } else if (has != null && has.isHeld()) {
            boolean here =
                    has.tip() == null || has.tip().equals(live) || digests().contains(has.tip());
            if (here) {
                live = has.tip();
                cluster.startsOnline(this, has.tip());
                open(has.tip(), true);
            } else if (breakGlass) {
                open(live, false);
            } else {
                ask(Request.Reason.CONTENT);
            }
        } else if (breakGlass) {
            refusal = new Refusal("bg", cluster.now, "LineElsewhere", "no line", "break-glass");
            open(live, false);
        } else {
            ask(Request.Reason.LINE);
        }
    }

    private void ask(Request.Reason reason) {
        request = request == null
                ? new Request(cluster.id(name + "-ask"), reason, cluster.now)
                : new Request(request.id(), reason, request.since());
    }

    void timeOut() {
        if (request != null) {
            refusal = new Refusal(request.id(), cluster.now, "LineElsewhere", "nobody answered", null);
            request = null;
        }
    }

    private void open(@Nullable Digest from, boolean online) {
        boolean under = line != null;
        run = new Run(
                run == null ? 1 : run.n() + 1,
                under ? requireNonNull(line).record() : null,
                under ? requireNonNull(line).epoch() : 0,
                "boot",
                RunKind.COLD,
                from,
                online,
                true,
                true,
                null,
                null,
                false);
        request = null;
        active = true;
        live = null;
        cluster.say(name + " starts " + (online ? "on-line" : "off-line") + " from " + cluster.brief(from));
    }

    void stop(Ending how, boolean unchanged) {
        if (active) {
            Digest from = requireNonNull(run).from();
            live = unchanged && from != null ? from : cluster.content(from, run.online());
            close(how, true);
        }
    }

    private void close(Ending how, boolean complete) {
        active = false;
        Run ended = requireNonNull(run);
        seq++;
        entries.add(new Entry(
                seq,
                ended.epoch(),
                ended.record(),
                ended.n(),
                live,
                complete && live != null,
                ended.online(),
                Trigger.STOP));
        run = ended.closed(complete ? how : Ending.LOST, seq);
        if (ended.online() && line != null) {
            LineState state = !complete ? LineState.LOST : how == Ending.UNKNOWN ? LineState.LEFT : line.state();
            line = new Line(
                    line.record(),
                    line.epoch(),
                    line.order(),
                    state,
                    state == LineState.LEFT ? how : null,
                    complete ? live : line.tip());
            cluster.endedOnline(this, complete ? live : null);
        }
        cluster.say(name + " stopped " + run.how() + " leaving " + cluster.brief(live) + " " + line);
    }

    void losePower(boolean tears) {
        if (active) {
            live = cluster.content(
                    requireNonNull(run).from(), requireNonNull(run).online());
            torn = tears;
        }
        active = false;
        request = null;
        on = false;
    }

    private void recover() {
        if (run != null && run.open() && !active) {
            close(Ending.LOST, !torn);
            torn = false;
        }
    }

    void undefine() {
        if (on && !active) {
            defined = false;
            live = null;
        }
    }

    void loseDirectory() {
        hostId = cluster.id(name + "-host");
        line = null;
        run = null;
        entries.clear();
        deliveries.clear();
        acked = null;
        nacked = null;
        purged = null;
        purgeRefused = null;
        indexed = false;
    }

    List<Digest> digests() {
        List<Digest> all = new ArrayList<>(deliveries);
        entries.stream().filter(Entry::complete).forEach(e -> all.add(requireNonNull(e.digest())));
        return all;
    }

    // The agent.

    void act() {
        if (!on || !agent) {
            return;
        }
        recover();
        indexed = cluster.label != null;
        GrantSpec grant = cluster.grants.get(name);
        if (grant == null) {
            acked = null;
            nacked = null;
            purged = null;
            purgeRefused = null;
        } else if (grant.hostId().equals(hostId)) {
            if (line != null && !line.record().equals(grant.recordUid())) {
                line = null;
            }
            if (grant.order() != null) {
                obey(grant.order(), grant.recordUid());
            }
            fetch();
            upload(grant);
            sweep(grant);
            if (grant.purge() != null && !grant.purge().id().equals(purged)) {
                purge(grant.purge());
            }
        }
        if (request != null) {
            prepare(false);
        }
    }

    private void obey(Order order, String record) {
        if (refused.contains(order.id()) || order.id().equals(acked)) {
            return;
        }
        if (line != null && line.order().equals(order.id())) {
            acked = order.id();
            return;
        }
        String no = order.kind() == OrderKind.HELD ? held(order, record) : tombstone(order, record);
        cluster.say(name + (no == null ? " obeys " : " refuses (" + no + ") ") + order);
        if (no == null) {
            assertThat(obeyed.add(order.id())).as("order obeyed twice").isTrue();
            acked = order.id();
            nacked = null;
        } else {
            refused.add(order.id());
            nacked = new Facts.Nack(order.id(), no);
        }
    }

    private @Nullable String held(Order order, String record) {
        Line has = line;
        if (has != null && order.epoch() <= has.epoch()) {
            return "older";
        }
        if (Content.LIVE.equals(order.tip())) {
            if (order.run() != null && (run == null || run.n() != order.run())) {
                return "another run";
            }
            line = adopted(order, record);
            cluster.adopts(this);
        } else {
            if (has != null && (has.isHeld() || has.state() == LineState.LOST)) {
                return "has a line";
            }
            Digest tip = order.tip() instanceof Content.Of of ? of.digest() : null;
            line = new Line(record, order.epoch(), order.id(), LineState.HELD, null, tip);
        }
        if (run != null && !run.open()) {
            run = run.asVoid();
        }
        givenElsewhere = false;
        return null;
    }

    private Line adopted(Order order, String record) {
        if (active) {
            Run was = requireNonNull(run);
            run = new Run(
                    was.n(),
                    record,
                    order.epoch(),
                    "boot",
                    RunKind.COLD,
                    was.from(),
                    true,
                    true,
                    true,
                    null,
                    null,
                    false);
            return new Line(record, order.epoch(), order.id(), LineState.HELD, null, null);
        }
        Digest there = live;
        if (there == null && !digests().isEmpty()) {
            there = digests().getLast();
        }
        boolean left = run != null && run.how() == Ending.UNKNOWN;
        if (there != null) {
            seq++;
            entries.add(new Entry(seq, order.epoch(), record, 0, there, true, true, Trigger.ORDER));
        }
        LineState state = left ? LineState.LEFT : there == null && run != null ? LineState.LOST : LineState.HELD;
        return new Line(record, order.epoch(), order.id(), state, left ? Ending.UNKNOWN : null, there);
    }

    private @Nullable String tombstone(Order order, String record) {
        Line has = line;
        if (has == null || order.epoch() > has.epoch()) {
            line = new Line(
                    record, order.epoch(), order.id(), LineState.TOMBSTONE, null, has == null ? null : has.tip());
            givenElsewhere = true;
            if (run != null && run.open()) {
                run = run.offline();
            }
            return null;
        }
        if (order.epoch() < has.epoch()) {
            return "older";
        }
        if (run != null && run.open()) {
            return "it runs";
        }
        if (has.state() == LineState.LEFT && (run == null || order.run() == null || run.n() != order.run())) {
            return "it left since";
        }
        LineState next = has.state() == LineState.LOST ? LineState.LOST : LineState.TOMBSTONE;
        line = new Line(record, has.epoch(), order.id(), next, null, has.tip());
        return null;
    }

    private void fetch() {
        cluster.deliveries.stream()
                .filter(d -> d.node().equals(name))
                .findFirst()
                .ifPresent(d -> {
                    deliveries.clear();
                    deliveries.add(d.digest());
                });
    }

    private void upload(GrantSpec grant) {
        Digest wanted = grant.wanted();
        Digest tip = line == null ? null : line.tip();
        for (Entry e : entries) {
            boolean ours = e.complete() && grant.recordUid().equals(e.record());
            boolean isTip = e.digest() != null && e.digest().equals(tip) && !grant.isSafe(requireNonNull(tip));
            if (ours && (isTip || (wanted != null && wanted.equals(e.digest())))) {
                cluster.send(this, e);
            }
        }
        boolean elsewhere = wanted != null && (deliveries.contains(wanted) || wanted.equals(live));
        if (elsewhere && !active) {
            seq++;
            cluster.send(this, new Entry(seq, 0, grant.recordUid(), 0, wanted, true, false, Trigger.MANUAL));
        }
    }

    private void sweep(GrantSpec grant) {
        Digest tip = line == null ? null : line.tip();
        entries.removeIf(e -> {
            boolean isTip = e.digest() != null && e.digest().equals(tip);
            boolean newest = isTip
                    && entries.stream()
                            .noneMatch(o ->
                                    o.seq() > e.seq() && requireNonNull(tip).equals(o.digest()));
            boolean safe = e.digest() != null && grant.isSafe(e.digest());
            boolean passed = grant.saved() != null
                    && e.epoch() == grant.saved().version().epoch()
                    && grant.recordUid().equals(e.record())
                    && e.version().compareTo(grant.saved().version()) <= 0;
            return (newest && !givenElsewhere) ? false : safe || (!isTip && passed);
        });
    }

    private void purge(GrantSpec.Purge purge) {
        boolean listed = entries.stream().allMatch(e -> purge.entries().contains(e.seq()));
        boolean sameRun = (run == null ? 0 : run.n()) == purge.run();
        purgeRefused = active || (line != null && line.isHeld())
                ? "it runs, or holds the line"
                : listed && sameRun ? null : "something came since";
        if (purgeRefused == null) {
            cluster.say(name + " is purged");
            line = null;
            run = null;
            entries.clear();
            deliveries.clear();
            purged = purge.id();
            forsaken = false;
        }
    }

    Facts facts() {
        return new Facts(
                hostId,
                acked,
                nacked,
                defined,
                active,
                line,
                run,
                active ? null : live,
                List.copyOf(entries),
                List.copyOf(deliveries),
                request,
                refusal,
                purged,
                purgeRefused,
                null,
                null,
                null,
                null);
    }
}
