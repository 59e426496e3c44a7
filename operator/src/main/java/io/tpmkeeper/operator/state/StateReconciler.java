package io.tpmkeeper.operator.state;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.EffectivePolicy;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.api.VmTpmClass;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.operator.event.Announcer;
import io.tpmkeeper.operator.policy.Policies;
import io.tpmkeeper.operator.record.AtOnce;
import io.tpmkeeper.operator.record.CaptureRequest;
import io.tpmkeeper.operator.record.WorldReader;
import io.tpmkeeper.operator.wakeup.Wakeups;
import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.operator.Claims;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One VmTpmState: claims its domain, says in its status what is so, and lets it go when nothing of it is left anywhere. */
@ControllerConfiguration(
        name = "vmtpmstate",
        finalizerName = ApiGroup.STATE_FINALIZER,
        informer = @Informer(onUpdateFilter = SpecOrRequest.class),
        generationAwareEventProcessing = false)
public final class StateReconciler implements Reconciler<VmTpmState>, Cleaner<VmTpmState> {
    private static final Logger LOG = LoggerFactory.getLogger(StateReconciler.class);
    private static final String BY_DOMAIN = "domain";
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofMillis(100);
    private static final int CONFLICT = 409;

    private final KubernetesClient client;
    private final Sightings sightings;
    private final Policies policies;
    private final WorldReader reader;
    private final StatusWriter writer;
    private final Announcer announcer;
    private final Wakeups wakeups;
    private final LostRecord lost;
    private final Map<String, String> passedOn = new ConcurrentHashMap<>();

    public StateReconciler(
            KubernetesClient client,
            Sightings sightings,
            Policies policies,
            WorldReader reader,
            StatusWriter writer,
            Announcer announcer,
            Wakeups wakeups) {
        this.client = client;
        this.sightings = sightings;
        this.policies = policies;
        this.reader = reader;
        this.writer = writer;
        this.announcer = announcer;
        this.wakeups = wakeups;
        this.lost = new LostRecord(client, reader);
    }

    @Override
    public List<EventSource<?, VmTpmState>> prepareEventSources(EventSourceContext<VmTpmState> context) {
        context.getPrimaryCache()
                .addIndexer(
                        BY_DOMAIN,
                        s -> Optional.ofNullable(s.getSpec().target().domainUUID()).stream()
                                .toList());
        wakeups.findStatesBy(uuid -> context.getPrimaryCache().byIndex(BY_DOMAIN, uuid));
        return List.of(wakeups.states());
    }

    @Override
    public UpdateControl<VmTpmState> reconcile(VmTpmState cached, Context<VmTpmState> context) {
        String uuid = cached.getSpec().target().domainUUID();
        AtOnce calls = new AtOnce();
        var found = calls.begin(() -> new Found(
                uuid == null
                        ? null
                        : client.resources(VmTpmRecord.class).withName(uuid).get()));
        // Which class rules is known when the VmTpmState is. Nothing is deleted by what this look sees, so the class
        // may be read beside it.
        var classes = calls.begin(policies::classes);
        // The cache may not have our own last status yet: what it says would be new a second time.
        VmTpmState state = client.resource(cached).get();
        if (state == null) {
            return UpdateControl.noUpdate();
        }
        if (!state.getMetadata().getUid().equals(cached.getMetadata().getUid())) {
            // Another one of its name, which the cache does not have yet. The target of one never changes.
            return UpdateControl.<VmTpmState>noUpdate().rescheduleAfter(SOON);
        }
        if (uuid != null && isNewSpec(state)) {
            // A consent, another class: it is the record's verbs that act on it.
            wakeups.record(uuid);
        }
        StatusWriter.Written written = look(state, found, classes);
        passOn(state);
        written.refusal()
                .ifPresent(r -> announcer.tell(owner(state), r.at(), r.occasion(), true, r.reason(), r.message()));
        newTrouble(state.getStatus(), written.status())
                .ifPresent(c -> announcer.tell(owner(state), c.reason(), true, c.reason(), c.message()));
        Duration again = written.lookAgain().orElse(LOOK_AGAIN);
        return written.status().equals(state.getStatus())
                ? UpdateControl.<VmTpmState>noUpdate().rescheduleAfter(again)
                : UpdateControl.patchStatus(fresh(state, written.status())).rescheduleAfter(again);
    }

    private static boolean isNewSpec(VmTpmState state) {
        return state.getStatus() == null
                || state.getStatus().observedGeneration() != state.getMetadata().getGeneration();
    }

    /** Once for each request: the record's own events bring this look back, and would bring that one back for ever. */
    private void passOn(VmTpmState state) {
        String uuid = state.getSpec().target().domainUUID();
        String uid = state.getMetadata().getUid();
        Optional<String> request = CaptureRequest.unanswered(state);
        if (request.isEmpty()) {
            passedOn.remove(uid);
        } else if (uuid != null && !request.get().equals(passedOn.put(uid, request.get()))) {
            wakeups.record(uuid);
        }
    }

    /** What keeps the domain from going on since this look. A capture that was refused is told by the verb that refuses it. */
    private static Optional<Condition> newTrouble(@Nullable VmTpmStateStatus before, VmTpmStateStatus now) {
        Optional<Condition> stalled = now.condition(ConditionType.STALLED);
        Optional<String> known = before == null
                ? Optional.empty()
                : before.condition(ConditionType.READY).map(Condition::reason);
        return stalled.filter(
                c -> !c.reason().equals(Reason.CAPTURE_REFUSED.toString()) && !known.equals(Optional.of(c.reason())));
    }

    private StatusWriter.Written look(
            VmTpmState state, AtOnce.Answer<Found> found, AtOnce.Answer<List<VmTpmClass>> classes) {
        String uuid = state.getSpec().target().domainUUID();
        if (uuid == null) {
            return writer.unbound(
                    state,
                    new Claims.Claim.Refused(
                            "KubeVirtNotSupported",
                            "target.virtualMachine is not supported yet. Name the domain by target.domainUUID.",
                            false));
        }
        return switch (policies.resolve(state.getSpec().className(), classes.get())) {
            case Policies.Resolved.NoSuchClass(String name) ->
                writer.withoutClass(
                        state,
                        new Claims.Claim.Refused(
                                "ClassNotFound",
                                "There is no VmTpmClass %s. Make it, or name another one.".formatted(name),
                                false));
            case Policies.Resolved.Found policy
            when !policy.policy().allows(state.getSpec().deletionPolicy()) ->
                writer.withoutClass(
                        state,
                        new Claims.Claim.Refused(
                                "PolicyNotAllowed",
                                "The class %s does not allow deletionPolicy %s; it allows %s."
                                        .formatted(
                                                Objects.requireNonNullElse(
                                                        policy.policy().className(), "(built in)"),
                                                state.getSpec().deletionPolicy(),
                                                policy.policy().allowedDeletionPolicies()),
                                false));
            case Policies.Resolved.Found policy ->
                claim(state, uuid, policy, found.get().record());
        };
    }

    /** @param record null: there is none */
    private record Found(@Nullable VmTpmRecord record) {}

    private StatusWriter.Written claim(
            VmTpmState state, String uuid, Policies.Resolved.Found policy, @Nullable VmTpmRecord record) {
        Claims.Claim claim = Claims.decide(new Claims.Situation(
                uuid,
                owner(state),
                record == null ? null : record.getSpec(),
                record != null
                        && record.getStatus() != null
                        && record.getStatus().deletion() != null,
                sightings.of(uuid),
                policy.claimWithoutProof()));
        return switch (claim) {
            case Claims.Claim.Bound(var sighting) -> {
                EffectivePolicy ruling = policy.policy().with(state.getSpec().deletionPolicy());
                yield writer.bound(
                        state,
                        ruling,
                        reader.around(Objects.requireNonNull(record, "it is bound by it"), state, ruling),
                        sighting != null);
            }
            case Claims.Claim.Make(var spec) -> {
                VmTpmRecord made = new VmTpmRecord();
                made.setMetadata(new ObjectMetaBuilder()
                        .withName(uuid)
                        .addToLabels(
                                ApiGroup.GUARD_LABEL,
                                policy.policy().startGuard().guard().word())
                        .build());
                made.setSpec(spec);
                yield claimed(state, policy, () -> client.resource(made).create());
            }
            case Claims.Claim.TakeOver(var spec) -> {
                VmTpmRecord kept = Objects.requireNonNull(record);
                kept.setSpec(spec);
                yield claimed(
                        state,
                        policy,
                        () -> client.resource(kept).lockResourceVersion().update());
            }
            case Claims.Claim.Refused refused -> writer.unbound(state, refused);
        };
    }

    /** The write is the claim: of two at once the API server lets one through, and the other sees it on the next look. */
    private StatusWriter.Written claimed(VmTpmState state, Policies.Resolved.Found policy, Runnable write) {
        try {
            write.run();
            announcer.tell(
                    owner(state),
                    "claimed",
                    false,
                    "Bound",
                    "The domain is bound to this VmTpmState and protected now.");
            LOG.atInfo().addKeyValue("vmtpmstate", owner(state)).log("claimed its domain");
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
            LOG.atInfo().addKeyValue("vmtpmstate", owner(state)).log("somebody else claimed the domain first");
        }
        return writer.claiming(state, policy.policy());
    }

    @Override
    public DeleteControl cleanup(VmTpmState state, Context<VmTpmState> context) {
        String uuid = state.getSpec().target().domainUUID();
        VmTpmRecord record = uuid == null
                ? null
                : client.resources(VmTpmRecord.class).withName(uuid).get();
        if (uuid != null && record == null && lost.isMadeAgain(owner(state), uuid)) {
            return DeleteControl.noFinalizerRemoval().rescheduleAfter(SOON.toMillis());
        }
        if (uuid == null
                || record == null
                || record.getSpec() == null
                || !owner(state).equals(record.getSpec().owner())) {
            return DeleteControl.defaultDelete();
        }
        wakeups.record(uuid);
        StatusWriter.Written written =
                writer.deleting(state, policies.resolve(state.getSpec().className()), reader.around(record));
        if (!written.status().equals(state.getStatus())) {
            client.resource(fresh(state, written.status()))
                    .subresource("status")
                    .patch(new PatchContext.Builder()
                            .withPatchType(PatchType.SERVER_SIDE_APPLY)
                            .withFieldManager("vmtpmstate")
                            .withForce(true)
                            .build());
        }
        return DeleteControl.noFinalizerRemoval().rescheduleAfter(2_000);
    }

    private static Owner owner(VmTpmState state) {
        return new Owner(
                state.getMetadata().getNamespace(),
                state.getMetadata().getName(),
                state.getMetadata().getUid());
    }

    private static VmTpmState fresh(VmTpmState state, VmTpmStateStatus status) {
        VmTpmState fresh = new VmTpmState();
        fresh.setMetadata(new ObjectMetaBuilder()
                .withNamespace(state.getMetadata().getNamespace())
                .withName(state.getMetadata().getName())
                .build());
        fresh.setStatus(status);
        return fresh;
    }
}
