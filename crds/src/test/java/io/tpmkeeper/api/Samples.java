package io.tpmkeeper.api;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Consent;
import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Decision;
import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Refusal;
import io.tpmkeeper.protocol.Request;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.Saved;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import java.util.List;
import java.util.Map;

/** One object of each resource with every field set, so that a field that is lost on the way is seen. */
final class Samples {
    static final String UUID = "5f0c1e6a-6f0e-4a55-9d0a-0c8f4a1b2c3d";
    static final Digest DIGEST = new Digest("ab".repeat(32));
    private static final String TIME = "2026-01-02T03:04:05Z";
    private static final String UID = "11111111-2222-4333-8444-555555555555";
    private static final Version VERSION = new Version(1_789_000_000L, 3);

    private Samples() {}

    static VmTpmState state() {
        VmTpmState state = named(new VmTpmState(), "win11-01");
        state.getMetadata().setNamespace("vms");
        state.setSpec(new VmTpmStateSpec(
                Target.ofDomain(UUID),
                "gold",
                DeletionPolicy.RETAIN,
                new AcceptLoss(LossReason.HOST_LOSS, "worker-7/1789000000/3/k3f9")));
        state.setStatus(new VmTpmStateStatus(
                3,
                UUID,
                new VmTpmStateStatus.Host("worker-7", HostState.RUNNING, TIME),
                new VmTpmStateStatus.Generation(
                        41, DIGEST, TIME, TIME, Trigger.STOP, "worker-7", "Fallback", "win11-01-g41-9f3c"),
                new VmTpmStateStatus.Kept(5, TIME),
                new VmTpmStateStatus.LastCapture(
                        CaptureResult.PROMOTED,
                        "worker-7",
                        Trigger.STOP,
                        TIME,
                        "read from the fallback",
                        List.of(new VmTpmStateStatus.Step(CaptureStep.READ_PRIMARY, StepResult.FAILED, "not there"))),
                new VmTpmStateStatus.RequestedCapture("before-the-upgrade", CaptureResult.REFUSED, "it is Lost", TIME),
                new VmTpmStateStatus.PendingDecision(
                        LossReason.HOST_LOSS,
                        "worker-7 does not answer",
                        List.of(new VmTpmStateStatus.Option("worker-7/1789000000/3/k3f9", "the run is lost"))),
                EffectivePolicy.of("gold", spec()).with(DeletionPolicy.DELETE),
                conditions()));
        return state;
    }

    static VmTpmClass policy() {
        VmTpmClass policy = named(new VmTpmClass(), "gold");
        policy.setSpec(spec());
        return policy;
    }

    static VmTpmRecord vmTpmRecord() {
        VmTpmRecord made = named(new VmTpmRecord(), UUID);
        Order order = new Order("o2", VERSION.epoch(), OrderKind.HELD, new Content.Of(DIGEST), 7L, true);
        made.setSpec(
                new RecordSpec(new Owner("vms", "win11-01", UID), new RecordSpec.Retained("vms", "win11-01", "gold")));
        made.setStatus(new RecordStatus(
                VERSION.epoch(),
                new Holder("worker-7", "h7"),
                new Current(
                        41,
                        VERSION,
                        DIGEST,
                        "vms",
                        "win11-01-g41-9f3c",
                        TIME,
                        TIME,
                        Trigger.STOP,
                        "worker-7",
                        "Fallback"),
                new RecordStatus.Moving("worker-8", "r1"),
                new RecordStatus.Deletion(DeletionPolicy.DELETE, UID, TIME),
                42,
                new RecordStatus.Refused("worker-7", VERSION, DIGEST, "TpmEmpty", "the TPM is empty", TIME),
                List.of(new NodeOrders("worker-7", "h7", order, order, List.of("o2"), List.of("r0"))),
                List.of("worker-9"),
                new Decision(
                        "HostLoss",
                        List.of(new Decision.Option("worker-7/1789000000/7/k3f9", choice(), "what is lost"))),
                new Consent("HostLoss", "worker-7/1789000000/7/k3f8", choice()),
                List.of(DIGEST)));
        return made;
    }

    private static Choice choice() {
        return new Choice(Choice.Way.TAKE_OVER, "worker-7", "h7", 7L, DIGEST, List.of("worker-8"));
    }

    static VmTpmGrant grant() {
        VmTpmGrant grant = named(new VmTpmGrant(), UUID + ".worker-7");
        grant.setSpec(new GrantSpec(
                "worker-7",
                UUID,
                UID,
                "h7",
                Order.live("o1", VERSION.epoch(), 7L, true),
                new Saved(VERSION, DIGEST),
                List.of(DIGEST),
                DIGEST,
                new GrantSpec.Purge("p1", 7, List.of(1L, 2L)),
                new GrantSpec.Capture(300L, "before-the-upgrade"),
                new GrantSpec.Answer("r1", "no node has the state", "MissingState"),
                List.of(7L)));
        grant.setStatus(facts());
        return grant;
    }

    static VmTpmNode node() {
        VmTpmNode node = named(new VmTpmNode(), "worker-7");
        node.setSpec(new VmTpmNodeSpec("q1"));
        node.setStatus(new VmTpmNodeStatus(
                "h7",
                UID,
                "0.1.0",
                new VmTpmNodeStatus.Hook("0.1.0", true, "live"),
                1L << 40,
                "q1",
                new VmTpmNodeStatus.Indexed(1, DIGEST.hex()),
                conditions(),
                List.of(new VmTpmNodeStatus.Domain(UUID, "win11", "vms", true, facts()))));
        return node;
    }

    static List<CustomResource<?, ?>> all() {
        return List.of(state(), policy(), vmTpmRecord(), grant(), node());
    }

    private static List<Condition> conditions() {
        return List.of(
                new Condition(ConditionType.READY.toString(), Condition.Status.TRUE, 3L, TIME, "Running", "it runs"));
    }

    private static VmTpmClassSpec spec() {
        return new VmTpmClassSpec(
                StartGuard.WARN,
                new VmTpmClassSpec.OnHostLoss(HostLossMode.AFTER, new Interval("10m")),
                new VmTpmClassSpec.LiveCapture(true, new Interval("5m")),
                new VmTpmClassSpec.Retention(5, 7, 4),
                new VmTpmClassSpec.DeletionPolicies(
                        DeletionPolicy.RETAIN, List.of(DeletionPolicy.RETAIN, DeletionPolicy.DELETE)),
                new NodeSelector(
                        Map.of("zone", "a"),
                        List.of(new NodeSelector.Requirement("tpm", NodeSelector.Operator.IN, List.of("yes")))),
                new VmTpmClassSpec.ClaimWithoutProof(List.of("vms")));
    }

    private static Facts facts() {
        return new Facts(
                "h7",
                "o1",
                new Facts.Nack("o0", "it runs"),
                true,
                true,
                new Line(UID, VERSION.epoch(), "o1", LineState.LEFT, Ending.MIGRATED, DIGEST),
                new Run(7, UID, VERSION.epoch(), "b1", RunKind.COLD, DIGEST, true, true, false, Ending.SAVED, 3L, true),
                DIGEST,
                List.of(new Entry(
                        3, VERSION.epoch(), UID, 7, DIGEST, true, true, Trigger.STOP, "2026-01-02T03:04:05Z")),
                List.of(DIGEST),
                new Request("r1", Request.Reason.CONTENT, 1_789_000_001L),
                new Refusal("r0", 1_789_000_000L, "LineElsewhere", "worker-8 has it", "warn"),
                "p1",
                "entry 9 is not listed",
                "too large",
                "there is no space.",
                new Facts.Captured("before-the-upgrade", VERSION, DIGEST, true, "it is Lost"),
                "its TPM is of version 1.2.");
    }

    private static <T extends CustomResource<?, ?>> T named(T resource, String name) {
        resource.setMetadata(new ObjectMetaBuilder().withName(name).build());
        return resource;
    }
}
