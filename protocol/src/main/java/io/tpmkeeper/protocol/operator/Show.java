package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Refusal;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.operator.Shown.Said;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says in a VmTpmState's conditions what is so: reads the world and the findings, decides nothing. */
public final class Show {
    /** So long a stop may take to be uploaded before Ready says so. Seconds. */
    public static final long UPLOAD_PATIENCE = 30;

    private static final String NOT_WRITTEN = "GenerationNotWritten";

    private Show() {}

    /**
     * A bound domain.
     *
     * @param findings of a pass that had nothing to do, the most important first
     * @param unsyncedFor seconds since the state has been {@link HostState#UNSYNCED} without a pause; 0 if it is not
     * @param domainSeen whether any node has the domain
     * @param notWritten what the API server refuses to take now; null: nothing
     */
    public static Shown show(
            World world,
            List<Finding> findings,
            long unsyncedFor,
            boolean domainSeen,
            @Nullable NotWritten notWritten) {
        HostState state = HostState.of(world);
        Optional<Finding> finding = findings.stream().findFirst();
        Optional<Said> held = heldStop(world);
        Said ready = held.or(() -> finding.map(f -> Said.no(f.reason().word(), withTheChoice(f, notWritten))))
                .or(() -> unsupported(world))
                .orElseGet(() -> ready(world, state, unsyncedFor, domainSeen, notWritten));
        boolean deleting = finding.map(f -> f.reason() == Finding.Reason.CLEANUP_FAILED
                        || f.reason() == Finding.Reason.DELETION_WAITS_FOR_STOP)
                .orElse(false);
        boolean stalled = held.isPresent()
                || (finding.isPresent() && !deleting)
                || state == HostState.LOST
                || ready.reason().equals("CaptureRefused")
                || ready.reason().equals(NOT_WRITTEN)
                || ready.reason().equals("NoTpm");
        boolean reconciling = !stalled && !Boolean.TRUE.equals(ready.status());
        Optional<NodeView> refusing = lastRefusal(world);
        Holder holder = world.status().holder();
        return new Shown(
                state,
                holder == null ? null : holder.node(),
                ready,
                ready.reason().equals(NOT_WRITTEN) ? unless(saved(world), ready) : saved(world),
                Startable.of(world, state, finding),
                stalled,
                reconciling,
                uncovered(world),
                refusing.map(Show::refusalOf).orElse(null),
                refusing.map(NodeView::node).orElse(null));
    }

    /** A host that is off for certain starts nothing; once its fence is lifted it is named until it has taken the index up. */
    private static @Nullable Said uncovered(World world) {
        List<NodeView> unaware = world.nodes().values().stream()
                .filter(n -> n.unaware() && !n.fenced())
                .toList();
        if (unaware.isEmpty()) {
            return null;
        }
        String names = unaware.stream().map(NodeView::node).collect(Collectors.joining(", "));
        return Said.yes(
                "IndexOutdated",
                "Not known to have taken up that the domain is protected as it is now: %s. A start there may not be checked, and could begin from a blank TPM: do not start it there until this is gone. Check the agent there: kubectl describe vtn %s."
                        .formatted(
                                unaware.stream()
                                        .map(n -> n.node() + (n.alive() ? "" : " (its agent is silent)"))
                                        .collect(Collectors.joining(", ")),
                                names.replace(",", "")));
    }

    private static String withTheChoice(Finding finding, @Nullable NotWritten notWritten) {
        if (!finding.offers().isEmpty()) {
            return finding.message()
                    + " You can choose what to go on from, by spec.acceptLoss: status.pendingDecision has the options and the command.";
        }
        return notWritten != null && finding.reason().isDecision()
                ? "%s What there is to choose from is shown when all that was sent is saved, and %s"
                        .formatted(finding.message(), notWritten.said())
                : finding.message();
    }

    /** Before all else, wherever it is: libvirt on that node may be blocked until somebody acts. */
    private static Optional<Said> heldStop(World world) {
        return world.nodes().values().stream()
                .filter(n -> n.alive() && n.facts().stopHeld() != null)
                .min(Comparator.comparing(n -> world.status().heldBy(n.node()) ? 0 : 1))
                .map(n -> Said.no(
                        "StopHeld",
                        "On %s a stop of the domain is held: %s Free space there; or give the state up: touch /run/tpm-keeper/held/%s.let-go"
                                .formatted(n.node(), n.facts().stopHeld(), world.domainUuid())));
    }

    /** It was bound when it could be kept, and was defined otherwise since. */
    private static Optional<Said> unsupported(World world) {
        return world.holder()
                .filter(n -> n.facts().unsupported() != null)
                .map(n -> Said.no(
                        "NoTpm",
                        "As the domain is defined on %s now, its TPM cannot be kept: %s Define it with <tpm><backend type='emulator' version='2.0'/></tpm>; what was saved stays."
                                .formatted(n.node(), n.facts().unsupported())));
    }

    private static Said ready(
            World world, HostState state, long unsyncedFor, boolean domainSeen, @Nullable NotWritten notWritten) {
        Said said = ofState(world, state, unsyncedFor, domainSeen);
        boolean hidesIt = Boolean.TRUE.equals(said.status()) || said.reason().equals("UploadPending");
        if (notWritten != null && hidesIt) {
            return notWritten(world, state, notWritten);
        }
        return hidesIt && isOnNodeOnly(state) && !agentAnswers(world) ? agentSilent(world, state) : said;
    }

    /** A state in which the newest one may be, or come to be, on the holder alone. */
    private static boolean isOnNodeOnly(HostState state) {
        return switch (state) {
            case GRANTED, RUNNING, UNSYNCED -> true;
            case NONE, MOVING, LEFT, LOST, RELEASED -> false;
        };
    }

    private static boolean agentAnswers(World world) {
        return world.holder().filter(NodeView::alive).isPresent();
    }

    private static Said agentSilent(World world, HostState state) {
        String node = holderName(world);
        return Said.no(
                "AgentSilent",
                "%s The agent on %s has not reported for 40 s, so what the domain leaves there does not come to the cluster now; it stays on that node. Check the agent's pod on %s, and the node."
                        .formatted(
                                state == HostState.UNSYNCED
                                        ? "The domain stopped on %s and its state was not saved to the cluster yet."
                                                .formatted(node)
                                        : "%s may run the domain, as far as it was heard of last.".formatted(node),
                                node,
                                node));
    }

    private static Said notWritten(World world, HostState state, NotWritten refused) {
        String meanwhile = state == HostState.UNSYNCED
                ? "The newest state is safe on %s until then, and the domain starts there. "
                        .formatted(holderName(world))
                : "What it would be made from stays where it is until then. ";
        return Said.no(NOT_WRITTEN, "A generation cannot be written: " + refused.said(meanwhile));
    }

    private static Said ofState(World world, HostState state, long unsyncedFor, boolean domainSeen) {
        String node = holderName(world);
        Current current = world.status().current();
        return switch (state) {
            case NONE ->
                current != null
                        ? Said.yes(
                                "Adopted",
                                "Generation %d is kept; the next start continues from it."
                                        .formatted(current.generation()))
                        : domainSeen
                                ? Said.yes("Protected", "Nothing is saved yet; the first stop is.")
                                : Said.no("DomainNotFound", "No node that reports has the domain yet.");
            case GRANTED ->
                Said.yes(
                        "Granted",
                        "%s may start the domain from %s."
                                .formatted(
                                        node, current == null ? "a blank TPM" : "generation " + current.generation()));
            case RUNNING -> Said.yes("Running", "The domain runs on %s.".formatted(node));
            case UNSYNCED -> unsynced(world, node, unsyncedFor);
            case RELEASED -> Said.yes("Saved", savedAs(current));
            case MOVING ->
                Said.yes(
                        "Moving",
                        "The domain moves from %s to %s."
                                .formatted(node, world.status().move().to()));
            case LEFT -> Said.yes("Moving", "The domain left %s.".formatted(node));
            case LOST ->
                Said.no(
                        "LostTail",
                        "What the domain left on %s is torn or incomplete.%s"
                                .formatted(node, UnsavedTip.asTheHostSays(world)));
        };
    }

    private static Said unsynced(World world, String node, long unsyncedFor) {
        var refused = world.status().refused();
        Line line =
                world.holder().flatMap(n -> n.facts().lineOf(world.recordUid())).orElse(null);
        if (refused != null && line != null && refused.digest().equals(line.tip())) {
            return Said.no(
                    "CaptureRefused",
                    "The newest capture on %s was refused: %s: %s It stays there and the domain starts from it there; the last good generation stays current."
                            .formatted(node, refused.reason(), refused.message()));
        }
        String trouble = world.holder().map(n -> n.facts().uploadRefused()).orElse(null);
        if (trouble != null) {
            return Said.no("CaptureRefused", trouble);
        }
        return unsyncedFor < UPLOAD_PATIENCE
                ? Said.yes(
                        "Saving",
                        "The domain stopped on %s; its state is safe there and is being saved.".formatted(node))
                : Said.no(
                        "UploadPending",
                        "The domain stopped on %s and its state is safe there, but was not saved to the cluster yet. The agent on %s reports; its log says what keeps it from sending."
                                .formatted(node, node));
    }

    /** What is missing in the cluster is what the API server refuses to take. */
    private static Said unless(Said saved, Said notWritten) {
        return Boolean.FALSE.equals(saved.status()) ? notWritten : saved;
    }

    /** During a run it speaks of the state that the run began from, or of a newer one that was captured since. */
    private static Said saved(World world) {
        Current current = world.status().current();
        NodeView holder =
                world.holder().filter(n -> HolderLine.isTheHost(world, n)).orElse(null);
        Line line = holder == null
                ? null
                : holder.facts()
                        .lineOf(world.recordUid())
                        .filter(l -> l.epoch() == world.status().epoch())
                        .orElse(null);
        boolean onNodeOnly = holder != null
                && line != null
                && line.tip() != null
                && (current == null || !current.digest().equals(line.tip()))
                && !(holder.facts().runOpen() && HolderLine.isPassed(world, holder, line));
        if (onNodeOnly || (line != null && line.state() == LineState.LOST)) {
            return Said.no("UploadPending", "The newest state is on the node only.");
        }
        if (current != null && world.generationOf(current.digest()).isEmpty()) {
            return Said.no(
                    "MissingState",
                    "Secret %s/%s with the current state is gone."
                            .formatted(current.namespace(), KeepCurrent.missing(world, current)));
        }
        return current == null
                ? Said.unknown("NothingSavedYet", "Nothing is saved yet; the first stop is.")
                : Said.yes("Saved", savedAs(current));
    }

    private static String savedAs(@Nullable Current current) {
        if (current != null && current.trigger() == Trigger.LIVE) {
            return "Generation %d (%s, captured on %s while the domain ran) is the newest that is saved; last confirmed %s."
                    .formatted(current.generation(), current.digest().brief(), current.node(), current.confirmedAt());
        }
        return current == null
                ? "Nothing was left to save."
                : "Generation %d (%s, captured on %s) holds the newest state; last confirmed %s."
                        .formatted(
                                current.generation(), current.digest().brief(), current.node(), current.confirmedAt());
    }

    static String holderName(World world) {
        Holder holder = world.status().holder();
        return holder == null ? "" : holder.node();
    }

    private static Optional<NodeView> lastRefusal(World world) {
        return world.nodes().values().stream()
                .filter(n -> n.facts().refusal() != null)
                .max(Comparator.comparingLong(n -> refusal(n).when()));
    }

    private static Refusal refusal(NodeView node) {
        return Objects.requireNonNull(node.facts().refusal());
    }

    /** To the host it is one of a right that it does not have; it repeats what the operator told it. */
    private static Refusal refusalOf(NodeView node) {
        Refusal refusal = refusal(node);
        return refusal.missing().contains(MayMove.notAllowed(node))
                ? new Refusal(refusal.id(), refusal.when(), "NodeNotAllowed", refusal.missing(), refusal.passedBy())
                : refusal;
    }
}
