package io.tpmkeeper.operator;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.api.VmTpmGrant;
import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Refusal;
import io.tpmkeeper.protocol.Request;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Plays one node's agent and hook for one domain, as the protocol says, so that the operator alone can be tested: it says what
 * it is made to say, and obeys orders plainly.
 */
final class ScriptedNode {
    private static final String AGENTS = "tpm-keeper-agents";

    private final KubernetesClient client;
    private final String node;
    private final String domain;
    private final String hostId = UUID.randomUUID().toString();
    private final ScriptedCaptures captures;
    private @Nullable String ownerNamespace;
    private @Nullable String name;
    private Facts facts = Facts.nothing(hostId);
    private long seq;
    private boolean tpm = true;
    private boolean silent;
    private boolean idle;
    private boolean answers = true;
    private @Nullable String answered;
    private Instant renewed = Instant.EPOCH;
    private boolean indexes = true;
    private VmTpmNodeStatus.@Nullable Indexed indexed;
    private VmTpmNodeStatus.Hook hook = new VmTpmNodeStatus.Hook("test", true, null);

    ScriptedNode(KubernetesClient client, String node, String domain) {
        this.client = client;
        this.node = node;
        this.domain = domain;
        this.captures = new ScriptedCaptures(node, domain, hostId);
    }

    /** The agent comes: its Lease is what the operator knows it by. */
    ScriptedNode comes() {
        silent = false;
        renews();
        return this;
    }

    /** The node is off: its Lease is gone, and nothing comes from it any more. */
    void dies() {
        silent = true;
        client.leases().inNamespace(AGENTS).withName(node).delete();
    }

    private void renews() {
        renewed = Instant.now();
        client.resource(new LeaseBuilder()
                        .withNewMetadata()
                        .withNamespace(AGENTS)
                        .withName(node)
                        .endMetadata()
                        .withNewSpec()
                        .withHolderIdentity(node)
                        .withRenewTime(renewed.atZone(ZoneOffset.UTC))
                        .endSpec()
                        .build())
                .createOr(r -> r.update());
    }

    void defines(String called, @Nullable String owner) {
        name = called;
        ownerNamespace = owner;
        change(f -> f.defined = true);
    }

    void definesWithoutTpm(String called, String owner) {
        tpm = false;
        defines(called, owner);
    }

    void starts() {
        long n = facts.run() == null ? 1 : facts.run().n() + 1;
        Line line = Objects.requireNonNull(facts.line(), "no line, no start");
        Run run = new Run(
                n, line.record(), line.epoch(), "boot", RunKind.COLD, line.tip(), true, true, true, null, null, false);
        change(f -> {
            f.active = true;
            f.run = run;
            f.refusal = null;
        });
    }

    /** The run ends with this state: an entry, and the line's tip. */
    Digest stops(State state) {
        Line line = Objects.requireNonNull(facts.line());
        Run run = Objects.requireNonNull(facts.run());
        Digest digest = captures.digest(state);
        Entry entry = new Entry(++seq, line.epoch(), line.record(), run.n(), digest, true, true, Trigger.STOP);
        Line moved = new Line(line.record(), line.epoch(), line.order(), line.state(), line.how(), digest);
        change(f -> {
            f.active = false;
            f.line = moved;
            f.run = run.closed(Ending.SHUTDOWN, seq);
            f.entries = List.of(entry);
        });
        return digest;
    }

    void asks() {
        Request request = new Request(
                UUID.randomUUID().toString(), Request.Reason.LINE, Instant.now().getEpochSecond());
        change(f -> {
            f.active = false;
            f.request = request;
        });
    }

    /** The start has waited long enough: what the hook leaves then. */
    void refuses() {
        Request asked = Objects.requireNonNull(facts.request(), "nothing asks");
        change(f -> {
            f.request = null;
            f.refusal = new Refusal(
                    asked.id(),
                    Instant.now().getEpochSecond(),
                    "LineElsewhere",
                    "this host may not start the domain. Start it where its state is.",
                    null);
        });
    }

    /** A start that break-glass let through: its run is off-line. */
    void startsOffLine() {
        change(f -> {
            f.active = true;
            f.run = new Run(1, null, 0, "boot", RunKind.COLD, null, false, true, true, null, null, false);
        });
    }

    void migratesAway() {
        Line line = line();
        change(f -> {
            f.active = false;
            f.defined = false;
            f.run = Objects.requireNonNull(f.run).closed(Ending.MIGRATED, null);
            f.line = new Line(line.record(), line.epoch(), line.order(), LineState.LEFT, Ending.MIGRATED, line.tip());
        });
    }

    /** A migration is received here: a run that began without the line. */
    void receives() {
        change(f -> {
            f.active = true;
            f.defined = true;
            f.run = new Run(1, null, 0, "boot", RunKind.INCOMING, null, false, true, true, null, null, false);
        });
    }

    /** From now on it reports, and answers no question: its reports may be older than these. */
    void answersNothing() {
        answers = false;
    }

    /** From now on its host keeps the index that it has. */
    void takesUpNoIndex() {
        indexes = false;
    }

    void takesUpTheIndex() {
        indexes = true;
    }

    private VmTpmNodeStatus.@Nullable Indexed index() {
        if (indexes) {
            SortedMap<String, Guard> guards = new TreeMap<>();
            client.resources(VmTpmRecord.class)
                    .withLabel(ApiGroup.GUARD_LABEL)
                    .list()
                    .getItems()
                    .forEach(r -> guards.put(
                            r.getMetadata().getName(),
                            Guard.ofLabel(r.getMetadata().getLabels().get(ApiGroup.GUARD_LABEL))));
            indexed = VmTpmNodeStatus.Indexed.of(guards);
        }
        return indexed;
    }

    /** The host lost power during the run, and what it left is torn. */
    void losesPower() {
        Line line = line();
        change(f -> {
            f.active = false;
            f.run = Objects.requireNonNull(f.run).closed(Ending.LOST, null);
            f.line = new Line(line.record(), line.epoch(), line.order(), LineState.LOST, null, line.tip());
        });
    }

    /** State of the domain lies here that nobody has captured. */
    void hasState(State state) {
        Digest there = captures.digest(state);
        change(f -> f.live = there);
    }

    /** Neither entries nor the domain's own files are there any more. */
    void losesItsFiles() {
        change(f -> {
            f.entries = List.of();
            f.live = null;
        });
    }

    /** As if this host had obeyed an order that the record has forgotten since. */
    void isAheadOfTheRecord() {
        Line line = line();
        long later = line.epoch() + 1;
        change(f -> {
            Run run = Objects.requireNonNull(f.run);
            f.line = new Line(line.record(), later, "an-order-of-later", line.state(), line.how(), line.tip());
            f.run = new Run(
                    run.n(),
                    run.record(),
                    later,
                    run.boot(),
                    run.kind(),
                    run.from(),
                    true,
                    true,
                    false,
                    run.how(),
                    run.entry(),
                    false);
        });
    }

    void holdsAStop(String why) {
        change(f -> f.stopHeld = why);
    }

    void losesItsHook(String why) {
        hook = new VmTpmNodeStatus.Hook("test", false, why);
        report();
    }

    /** Sends the entry of the tip to the inbox. */
    Secret uploads(State state) {
        Entry entry = facts.entries().getLast();
        Secret sent = upload(state, entry.version(), Objects.requireNonNull(entry.record()));
        return client.resource(sent).create();
    }

    Secret upload(State state, Version version, String record) {
        return captures.upload(state, version, record);
    }

    /** Does what an agent's pass does: obeys what it is told, cleans up what is safe, answers the question. */
    void works() {
        if (silent) {
            return;
        }
        if (Duration.between(renewed, Instant.now()).toSeconds() >= 10) {
            renews();
        }
        VmTpmGrant grant =
                client.resources(VmTpmGrant.class).withName(domain + "." + node).get();
        if (grant != null && !idle) {
            facts = PlainObedience.obey(facts, grant.getSpec());
        }
        report();
    }

    /** It reports and does nothing that it is told. */
    void idles() {
        idle = true;
    }

    /** What the operator asks for again. */
    @Nullable
    Digest wanted() {
        VmTpmGrant grant =
                client.resources(VmTpmGrant.class).withName(domain + "." + node).get();
        return grant == null ? null : grant.getSpec().wanted();
    }

    /** By which reason the operator answered the start that waits here. */
    @Nullable
    String toldWhy() {
        VmTpmGrant grant =
                client.resources(VmTpmGrant.class).withName(domain + "." + node).get();
        return grant == null || grant.getSpec().answer() == null
                ? null
                : grant.getSpec().answer().reason();
    }

    void uploadsAgain(State state) {
        Entry entry = facts.entries().getLast();
        client.resource(upload(state, entry.version(), Objects.requireNonNull(entry.record())))
                .createOr(r -> r.update());
    }

    Facts facts() {
        return facts;
    }

    Line line() {
        return Objects.requireNonNull(facts.line(), "no line");
    }

    String hostId() {
        return hostId;
    }

    private void change(Consumer<FactsDraft> change) {
        facts = FactsDraft.of(facts, change);
        report();
    }

    /** All grants first, then the inventory with the answer: as the agent does. */
    void report() {
        try {
            reportOnce();
        } catch (KubernetesClientException e) {
            if (e.getCode() != 409 && e.getCode() != 404) {
                throw e;
            }
            // The operator wrote the spec meanwhile, or took the grant away; the next pass reports.
        }
    }

    private void reportOnce() {
        VmTpmNode inventory = client.resources(VmTpmNode.class).withName(node).get();
        if (inventory == null) {
            return;
        }
        if (answers) {
            answered = inventory.getSpec() == null ? null : inventory.getSpec().question();
        }
        Optional.ofNullable(client.resources(VmTpmGrant.class)
                        .withName(domain + "." + node)
                        .get())
                .ifPresent(g -> {
                    g.setStatus(facts);
                    client.resource(g).updateStatus();
                });
        VmTpmNodeStatus.Domain known = new VmTpmNodeStatus.Domain(domain, name, ownerNamespace, tpm, facts);
        inventory.setStatus(new VmTpmNodeStatus(
                hostId, "cluster", "test", hook, 1L << 30, answered, index(), List.of(), List.of(known)));
        client.resource(inventory).updateStatus();
    }
}
