package io.tpmkeeper.operator.state;

import io.tpmkeeper.api.CaptureResult;
import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.Conditions;
import io.tpmkeeper.api.EffectivePolicy;
import io.tpmkeeper.api.Finding;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.operator.generation.Unwritten;
import io.tpmkeeper.operator.policy.Policies;
import io.tpmkeeper.operator.record.CaptureRequest;
import io.tpmkeeper.operator.record.RecordReconciler;
import io.tpmkeeper.operator.record.WorldReader;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Refusal;
import io.tpmkeeper.protocol.operator.Claims;
import io.tpmkeeper.protocol.operator.Decisions;
import io.tpmkeeper.protocol.operator.Generation;
import io.tpmkeeper.protocol.operator.NotWritten;
import io.tpmkeeper.protocol.operator.RequestedCapture;
import io.tpmkeeper.protocol.operator.Show;
import io.tpmkeeper.protocol.operator.Shown;
import io.tpmkeeper.protocol.operator.World;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Builds the whole status of a VmTpmState anew at each look: what is not said again is gone. */
public final class StatusWriter {
    private final LastCaptures captures;
    private final NodeTrouble trouble;
    private final Unwritten unwritten;
    private final Clock clock;

    public StatusWriter(LastCaptures captures, NodeTrouble trouble, Unwritten unwritten, Clock clock) {
        this.captures = captures;
        this.trouble = trouble;
        this.unwritten = unwritten;
        this.clock = clock;
    }

    /**
     * A status to write.
     *
     * @param refusal a start that was refused, or let through, to be told as an Event
     * @param lookAgain when time alone will change what is said
     */
    public record Written(VmTpmStateStatus status, Optional<Told> refusal, Optional<Duration> lookAgain) {}

    /** An occasion to be told once. */
    public record Told(Instant at, String occasion, String reason, String message) {}

    Written unbound(VmTpmState state, Claims.Claim.Refused refused) {
        return refusedStatus(state, refused, null);
    }

    /** The class cannot be used; a domain that is bound stays bound, and protected under the built-in policy. */
    Written withoutClass(VmTpmState state, Claims.Claim.Refused refused) {
        return refusedStatus(state, refused, null);
    }

    /** The record has just been written; the next look, which it causes, says the rest. */
    Written claiming(VmTpmState state, EffectivePolicy policy) {
        return refusedStatus(
                state,
                new Claims.Claim.Refused("Claiming", "The domain is being bound to this VmTpmState.", true),
                policy);
    }

    private Written refusedStatus(VmTpmState state, Claims.Claim.Refused refused, @Nullable EffectivePolicy policy) {
        Reason reason = reason(refused.reason());
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.no(ConditionType.READY, reason, refused.message()));
        findings.add(Finding.no(ConditionType.BOUND, reason, refused.message()));
        findings.add(
                Finding.unknown(ConditionType.SAVED, Reason.NOT_BOUND, "The domain is not bound to this VmTpmState."));
        findings.add(
                refused.reason().equals("DomainNotFound")
                        ? Finding.yes(ConditionType.STARTABLE, Reason.NOTHING_SAVED_YET, "Nothing is saved yet.")
                        : Finding.unknown(
                                ConditionType.STARTABLE,
                                Reason.NOT_BOUND,
                                "The domain is not bound to this VmTpmState."));
        findings.add(
                refused.waits()
                        ? Finding.yes(ConditionType.RECONCILING, reason, refused.message())
                        : Finding.yes(ConditionType.STALLED, reason, refused.message()));
        VmTpmStateStatus status = new VmTpmStateStatus(
                state.getMetadata().getGeneration(),
                state.getSpec().target().domainUUID(),
                host(state, HostState.NONE, null),
                null,
                null,
                null,
                CaptureRequest.answer(state).orElse(null),
                null,
                policy,
                stamped(state, findings));
        return new Written(status, Optional.empty(), Optional.empty());
    }

    /** @param observed empty: the record has gone meanwhile */
    Written bound(VmTpmState state, EffectivePolicy policy, Optional<WorldReader.Observed> observed, boolean seen) {
        return observed.map(o -> shown(state, policy.with(state.getSpec().deletionPolicy()), o, seen))
                .orElseGet(() -> claiming(state, policy));
    }

    Written deleting(VmTpmState state, Policies.Resolved resolved, Optional<WorldReader.Observed> observed) {
        EffectivePolicy policy =
                resolved instanceof Policies.Resolved.Found found ? found.policy() : EffectivePolicy.BUILT_IN;
        return bound(state, policy, observed, true);
    }

    private Written shown(VmTpmState state, EffectivePolicy policy, WorldReader.Observed observed, boolean seen) {
        World world = observed.world();
        Optional<NotWritten> notWritten = unwritten.of(world.domainUuid());
        String label = RecordReconciler.guardLabel(observed.record());
        Decisions.Outcome outcome = notWritten.isEmpty()
                ? Decisions.decide(world, label)
                : Decisions.decideWithoutGenerations(world, label);
        long unsynced = unsyncedFor(state);
        Shown shown = Show.show(world, outcome.findings(), unsynced, seen, notWritten.orElse(null));
        HostState hostState = HostState.valueOf(shown.state().name());
        List<Finding> findings = findings(shown);
        VmTpmStateStatus status = new VmTpmStateStatus(
                state.getMetadata().getGeneration(),
                world.domainUuid(),
                host(state, hostState, shown.node()),
                current(world.status().current()),
                kept(world.generations()),
                captures.of(observed),
                requested(state, world),
                Asked.of(state, world, outcome.findings()),
                policy,
                stamped(state, findings));
        Optional<Duration> again = hostState == HostState.UNSYNCED && unsynced < Show.UPLOAD_PATIENCE
                ? Optional.of(Duration.ofSeconds(Show.UPLOAD_PATIENCE - unsynced + 1))
                : Optional.empty();
        return new Written(status, told(shown), again);
    }

    /** What was answered once stays so until somebody asks again. */
    private VmTpmStateStatus.@Nullable RequestedCapture requested(VmTpmState state, World world) {
        return CaptureRequest.answer(state)
                .or(() -> CaptureRequest.of(state)
                        .flatMap(id -> RequestedCapture.answer(world, id).map(a -> answered(id, a))))
                .orElse(null);
    }

    private VmTpmStateStatus.RequestedCapture answered(String id, RequestedCapture.Answer answer) {
        return new VmTpmStateStatus.RequestedCapture(
                id,
                switch (answer.result()) {
                    case PROMOTED -> CaptureResult.PROMOTED;
                    case CONFIRMED -> CaptureResult.CONFIRMED;
                    case REFUSED -> CaptureResult.REFUSED;
                },
                answer.message(),
                clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private List<Finding> findings(Shown shown) {
        List<Finding> all = new ArrayList<>();
        Optional<Finding> hostTrouble =
                Boolean.TRUE.equals(shown.ready().status()) ? trouble.on(shown.node()) : Optional.empty();
        Finding ready = hostTrouble.orElseGet(() -> finding(ConditionType.READY, shown.ready()));
        all.add(ready);
        all.add(Finding.yes(ConditionType.BOUND, Reason.BOUND, "The domain is bound to this VmTpmState."));
        all.add(finding(ConditionType.SAVED, shown.saved()));
        all.add(finding(ConditionType.STARTABLE, shown.startable()));
        if (shown.stalled() || hostTrouble.isPresent()) {
            all.add(Finding.yes(ConditionType.STALLED, ready.reason(), ready.message()));
        } else if (shown.reconciling()) {
            all.add(Finding.yes(ConditionType.RECONCILING, ready.reason(), ready.message()));
        }
        if (shown.uncovered() != null) {
            all.add(finding(ConditionType.COVERAGE_INCOMPLETE, shown.uncovered()));
        }
        Refusal refusal = shown.refusal();
        if (refusal != null && refusal.passedBy() == null) {
            all.add(Finding.yes(
                    ConditionType.START_REFUSED,
                    Reason.ofWord(refusal.reason()).orElse(Reason.START_NOT_ALLOWED),
                    "On %s: %s".formatted(shown.refusedOn(), refusal.missing())));
        }
        return all;
    }

    private static Optional<Told> told(Shown shown) {
        Refusal refusal = shown.refusal();
        if (refusal == null) {
            return Optional.empty();
        }
        return Optional.of(
                refusal.passedBy() == null
                        ? new Told(
                                endOf(refusal.when()),
                                refusal.id(),
                                "StartRefused",
                                "A start on %s was refused: %s".formatted(shown.refusedOn(), refusal.missing()))
                        : new Told(
                                endOf(refusal.when()),
                                refusal.id(),
                                "StartNotRefused",
                                "A start on %s would have been refused and was let through (%s): %s"
                                        .formatted(shown.refusedOn(), refusal.passedBy(), refusal.missing())));
    }

    /** A host tells whole seconds; what led to the refusal came before it, in that second too. */
    private static Instant endOf(long second) {
        return Instant.ofEpochSecond(second, Duration.ofSeconds(1).toNanos() - 1_000);
    }

    private static Finding finding(ConditionType type, Shown.Said said) {
        Reason reason = reason(said.reason());
        return said.status() == null
                ? Finding.unknown(type, reason, said.message())
                : said.status() ? Finding.yes(type, reason, said.message()) : Finding.no(type, reason, said.message());
    }

    private static Reason reason(String word) {
        return Reason.ofWord(word)
                .orElseThrow(() -> new IllegalStateException("no reason " + word + " in the vocabulary"));
    }

    private List<Condition> stamped(VmTpmState state, List<Finding> findings) {
        List<Condition> before =
                state.getStatus() == null ? List.of() : state.getStatus().conditions();
        return Conditions.stamp(before, findings, state.getMetadata().getGeneration(), clock.instant());
    }

    private VmTpmStateStatus.Host host(VmTpmState state, HostState next, @Nullable String node) {
        VmTpmStateStatus.Host before =
                state.getStatus() == null ? null : state.getStatus().host();
        String since = before != null && before.state() == next && Objects.equals(before.node(), node)
                ? before.since()
                : clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        return new VmTpmStateStatus.Host(node, next, since);
    }

    private long unsyncedFor(VmTpmState state) {
        VmTpmStateStatus.Host host =
                state.getStatus() == null ? null : state.getStatus().host();
        return host == null || host.state() != HostState.UNSYNCED || host.since() == null
                ? 0
                : Math.max(
                        0,
                        Duration.between(Instant.parse(host.since()), clock.instant())
                                .toSeconds());
    }

    private static VmTpmStateStatus.@Nullable Generation current(@Nullable Current current) {
        return current == null
                ? null
                : new VmTpmStateStatus.Generation(
                        current.generation(),
                        current.digest(),
                        current.capturedAt(),
                        current.confirmedAt(),
                        current.trigger(),
                        current.node(),
                        current.source(),
                        current.secret());
    }

    private static VmTpmStateStatus.@Nullable Kept kept(List<Generation> generations) {
        return generations.isEmpty()
                ? null
                : new VmTpmStateStatus.Kept(
                        generations.size(),
                        generations.stream()
                                .map(Generation::capturedAt)
                                .min(String::compareTo)
                                .orElse(null));
    }
}
