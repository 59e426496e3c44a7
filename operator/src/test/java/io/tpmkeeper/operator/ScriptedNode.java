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
import io.tpmkeeper.protocol.Request;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
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

    ScriptedNode(KubernetesClient client, String node, String domain) {
        this.client = client;
        this.node = node;
        this.domain = domain;
    }

    /** The agent comes: its Lease is what the operator knows it by. */
    ScriptedNode comes() {
        client.resource(new LeaseBuilder()
                        .withNewMetadata()
                        .withNamespace(AGENTS)
                        .withName(node)
                        .endMetadata()
                        .withNewSpec()
                        .withHolderIdentity(node)
                        .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC))
                        .endSpec()
                        .build())
                .createOr(r -> r.update());
        return this;
    }

    void defines(String called, @Nullable String owner) {
        name = called;
        ownerNamespace = owner;
        facts = with(facts.active(), facts.line(), facts.run(), facts.entries());
        report();
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
        facts = with(true, line, run, facts.entries());
        report();
    }

    /** The run ends with this state: an entry, and the line's tip. */
    Digest stops(State state) {
        Line line = Objects.requireNonNull(facts.line());
        Run run = Objects.requireNonNull(facts.run());
        Digest digest = digest(state);
        Entry entry = new Entry(++seq, line.epoch(), line.record(), run.n(), digest, true, true, Trigger.STOP);
        Line moved = new Line(line.record(), line.epoch(), line.order(), line.state(), line.how(), digest);
        facts = with(false, moved, run.closed(Ending.SHUTDOWN, seq), List.of(entry));
        report();
        return digest;
    }

    void asks() {
        facts = new Facts(
                hostId,
                facts.acked(),
                facts.nacked(),
                true,
                false,
                facts.line(),
                facts.run(),
                facts.live(),
                facts.entries(),
                facts.deliveries(),
                new Request(
                        UUID.randomUUID().toString(),
                        Request.Reason.LINE,
                        Instant.now().getEpochSecond()),
                facts.refusal(),
                facts.purged(),
                facts.purgeRefused(),
                facts.uploadRefused(),
                facts.stopHeld(),
                facts.unsupported());
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
        VmTpmGrant grant =
                client.resources(VmTpmGrant.class).withName(domain + "." + node).get();
        if (grant != null) {
            obey(grant.getSpec());
        }
        report();
    }

    /** What the operator asks for again. */
    @Nullable
    Digest wanted() {
        VmTpmGrant grant =
                client.resources(VmTpmGrant.class).withName(domain + "." + node).get();
        return grant == null ? null : grant.getSpec().wanted();
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
            facts = new Facts(
                    hostId,
                    facts.acked(),
                    null,
                    facts.defined(),
                    false,
                    null,
                    null,
                    null,
                    List.of(),
                    List.of(),
                    null,
                    null,
                    purge.id(),
                    null,
                    null,
                    null,
                    null);
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
        return new Facts(
                hostId,
                acked == null ? facts.acked() : acked,
                nack,
                facts.defined(),
                facts.active(),
                line,
                facts.run(),
                facts.live(),
                facts.entries(),
                facts.deliveries(),
                null,
                facts.refusal(),
                facts.purged(),
                null,
                null,
                null,
                null);
    }

    private Facts with(boolean active, @Nullable Line line, @Nullable Run run, List<Entry> entries) {
        return new Facts(
                hostId,
                facts.acked(),
                facts.nacked(),
                name != null,
                active,
                line,
                run,
                null,
                entries,
                facts.deliveries(),
                null,
                facts.refusal(),
                facts.purged(),
                null,
                null,
                null,
                null);
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
                hostId,
                "cluster",
                "test",
                new VmTpmNodeStatus.Hook("test", true, null),
                1L << 30,
                question,
                null,
                List.of(),
                List.of(known)));
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
