package io.tpmkeeper.operator;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tpmkeeper.api.VmTpmGrant;
import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.bundle.Bundle;
import io.tpmkeeper.bundle.BundleWriter;
import io.tpmkeeper.bundle.Capture;
import io.tpmkeeper.bundle.Checked;
import io.tpmkeeper.bundle.FileKind;
import io.tpmkeeper.bundle.Source;
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
import io.tpmkeeper.protocol.Version;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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
    private @Nullable String ownerNamespace;
    private @Nullable String name;
    private Facts facts = Facts.nothing(hostId);
    private long seq;
    private boolean tpm = true;
    private boolean silent;
    private boolean idle;
    private Instant renewed = Instant.EPOCH;
    private VmTpmNodeStatus.Hook hook = new VmTpmNodeStatus.Hook("test", true, null);

    ScriptedNode(KubernetesClient client, String node, String domain) {
        this.client = client;
        this.node = node;
        this.domain = domain;
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
        Digest digest = digest(state);
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
        Digest there = digest(state);
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
        Bundle bundle = pack(state, version, record);
        Map<String, String> data = bundle.toSecretData().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, e -> Base64.getEncoder().encodeToString(e.getValue())));
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(AGENTS)
                .withName("inbox-%s-%d-%d-%s".formatted(domain, version.epoch(), version.seq(), node))
                .addToLabels("tpmkeeper.io/kind", "inbox")
                .addToLabels("tpmkeeper.io/domain-uuid", domain)
                .addToLabels("tpmkeeper.io/node", node)
                .addToAnnotations("tpmkeeper.io/online", "true")
                .addToAnnotations("tpmkeeper.io/steps", "[{\"name\":\"ReadPrimary\",\"result\":\"Done\"}]")
                .endMetadata()
                .withImmutable(true)
                .withData(data)
                .build();
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
            obey(grant.getSpec());
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

    private void obey(GrantSpec told) {
        Order order = told.order();
        if (order != null && !order.id().equals(facts.acked())) {
            take(told, order);
        }
        GrantSpec.Purge purge = told.purge();
        if (purge != null && !purge.id().equals(facts.purged())) {
            facts = FactsDraft.of(Facts.nothing(hostId), f -> {
                f.acked = facts.acked();
                f.defined = facts.defined();
                f.purged = purge.id();
            });
        }
    }

    private void take(GrantSpec told, Order order) {
        Line line = facts.line();
        if (order.kind() == OrderKind.TOMBSTONE) {
            boolean own = line != null && line.epoch() == order.epoch();
            if (own && facts.runOpen()) {
                facts = answered(null, new Facts.Nack(order.id(), "It runs."), line);
                return;
            }
            Digest tip = line == null ? null : line.tip();
            facts = answered(
                    order.id(),
                    null,
                    new Line(told.recordUid(), order.epoch(), order.id(), LineState.TOMBSTONE, null, tip));
            return;
        }
        Digest tip = order.tip() instanceof Content.Of of ? of.digest() : null;
        facts = answered(
                order.id(), null, new Line(told.recordUid(), order.epoch(), order.id(), LineState.HELD, null, tip));
    }

    private Facts answered(@Nullable String acked, Facts.@Nullable Nack nack, @Nullable Line line) {
        return FactsDraft.of(facts, f -> {
            f.acked = acked == null ? f.acked : acked;
            f.nacked = nack;
            f.line = line;
            f.request = null;
        });
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
            if (e.getCode() != 409) {
                throw e;
            }
            // The operator wrote the spec meanwhile; the next pass reports.
        }
    }

    private void reportOnce() {
        VmTpmNode inventory = client.resources(VmTpmNode.class).withName(node).get();
        if (inventory == null) {
            return;
        }
        String question =
                inventory.getSpec() == null ? null : inventory.getSpec().question();
        Optional.ofNullable(client.resources(VmTpmGrant.class)
                        .withName(domain + "." + node)
                        .get())
                .ifPresent(g -> {
                    g.setStatus(facts);
                    client.resource(g).updateStatus();
                });
        VmTpmNodeStatus.Domain known = new VmTpmNodeStatus.Domain(domain, name, ownerNamespace, tpm, facts);
        inventory.setStatus(new VmTpmNodeStatus(
                hostId, "cluster", "test", hook, 1L << 30, question, null, List.of(), List.of(known)));
        client.resource(inventory).updateStatus();
    }

    private Bundle pack(State state, Version version, String record) {
        Capture capture = new Capture(
                UUID.fromString(domain),
                record,
                version,
                Trigger.STOP,
                Optional.of(Ending.SHUTDOWN),
                node,
                hostId,
                Instant.now(),
                new TreeMap<>(),
                Optional.empty(),
                Set.of(FileKind.TPM, FileKind.NVRAM),
                List.of(
                        new Capture.CapturedFile(FileKind.TPM, state.tpm(), "0600", Source.PRIMARY),
                        new Capture.CapturedFile(FileKind.NVRAM, state.nvram(), "0600", Source.PRIMARY)));
        return switch (new BundleWriter().pack(capture)) {
            case Checked.Accepted<Bundle>(Bundle bundle) -> bundle;
            case Checked.Refused<Bundle>(var refusal) -> throw new AssertionError(refusal.toString());
        };
    }

    private Digest digest(State state) {
        return pack(state, new Version(1, 1), "any").manifest().digest();
    }
}
