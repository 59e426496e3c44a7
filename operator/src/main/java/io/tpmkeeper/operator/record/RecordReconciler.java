package io.tpmkeeper.operator.record;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.operator.event.Announcer;
import io.tpmkeeper.operator.generation.Deliveries;
import io.tpmkeeper.operator.generation.Generations;
import io.tpmkeeper.operator.generation.Unwritten;
import io.tpmkeeper.operator.generation.Uploads;
import io.tpmkeeper.operator.generation.WriteRefusedException;
import io.tpmkeeper.operator.node.Cluster;
import io.tpmkeeper.operator.wakeup.Wakeups;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.operator.Decisions;
import io.tpmkeeper.protocol.operator.Step;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the protocol decide for one domain until nothing is left to do: observe, decide, take the steps, observe anew. */
@ControllerConfiguration(name = "vmtpmrecord", generationAwareEventProcessing = false)
public final class RecordReconciler implements Reconciler<VmTpmRecord> {
    private static final Logger LOG = LoggerFactory.getLogger(RecordReconciler.class);
    /** Every chain of verbs is far shorter; one that is not must not keep a thread for ever. */
    private static final int PASSES = 40;
    /** What no event announces is noticed at the latest then. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    private final WorldReader reader;
    private final StepTaker taker;
    private final Unwritten unwritten;
    private final Wakeups wakeups;

    public RecordReconciler(
            WorldReader reader,
            Cluster cluster,
            Uploads uploads,
            Generations generations,
            Deliveries deliveries,
            Unwritten unwritten,
            Announcer announcer,
            io.fabric8.kubernetes.client.KubernetesClient client,
            Wakeups wakeups) {
        this.reader = reader;
        this.unwritten = unwritten;
        this.taker =
                new StepTaker(client, cluster, uploads, generations, deliveries, announcer, wakeups::statesWanting);
        this.wakeups = wakeups;
    }

    @Override
    public List<EventSource<?, VmTpmRecord>> prepareEventSources(EventSourceContext<VmTpmRecord> context) {
        wakeups.findRecordsBy(
                uuid -> context.getPrimaryCache().get(new ResourceID(uuid)).isPresent());
        return List.of(wakeups.records());
    }

    @Override
    public UpdateControl<VmTpmRecord> reconcile(VmTpmRecord primary, Context<VmTpmRecord> context) {
        String domainUuid = primary.getMetadata().getName();
        try {
            Duration again = null;
            Optional<VmTpmRecord> written = Optional.empty();
            for (int pass = 0; pass < PASSES; pass++) {
                Optional<WorldReader.Observed> observed =
                        written.isPresent() ? reader.around(written.get()) : reader.read(domainUuid);
                // If this pass is cut short, the next one reads the record.
                written = Optional.empty();
                try {
                    List<Step> steps = observed.isEmpty() ? List.of() : decide(observed.get(), again == null);
                    if (observed.isEmpty() || steps.isEmpty()) {
                        if (again == null) {
                            unwritten.forget(domainUuid);
                        }
                        return UpdateControl.<VmTpmRecord>noUpdate()
                                .rescheduleAfter(Objects.requireNonNullElse(again, LOOK_AGAIN));
                    }
                    written = taker.take(observed.get(), steps);
                    if (Decisions.makesAGeneration(steps)) {
                        unwritten.forget(domainUuid);
                    }
                } catch (WriteRefusedException e) {
                    // The rest goes on without it.
                    again = refused(domainUuid, e);
                }
            }
            LOG.atWarn()
                    .addKeyValue("domain", domainUuid)
                    .log("a pass leaves steps again and again; it is looked at later");
            return UpdateControl.<VmTpmRecord>noUpdate().rescheduleAfter(Duration.ofSeconds(1));
        } catch (KubernetesClientException e) {
            if (!StepTaker.isConflict(e)) {
                throw e;
            }
            return UpdateControl.<VmTpmRecord>noUpdate().rescheduleAfter(Duration.ofMillis(50));
        } finally {
            wakeups.statesWanting(domainUuid);
        }
    }

    /** After which pause it is tried again. */
    private Duration refused(String domainUuid, WriteRefusedException refused) {
        LOG.atWarn()
                .addKeyValue("domain", domainUuid)
                .addKeyValue("cause", refused.getMessage())
                .log("a generation is refused; it is tried again");
        return unwritten.note(domainUuid, refused.refused());
    }

    private static List<Step> decide(WorldReader.Observed observed, boolean takesGenerations) {
        String label = guardLabel(observed.record());
        Decisions.Outcome outcome = takesGenerations
                ? Decisions.decide(observed.world(), label)
                : Decisions.decideWithoutGenerations(observed.world(), label);
        return outcome.steps();
    }

    /** What the record says to the hosts; null: the domain is not in their index. */
    public static @Nullable Guard guard(VmTpmRecord record) {
        String label = guardLabel(record);
        return label == null ? null : Guard.ofLabel(label);
    }

    /** The guard's word that the record bears. */
    public static @Nullable String guardLabel(VmTpmRecord record) {
        Map<String, String> labels = record.getMetadata().getLabels();
        return labels == null ? null : labels.get(ApiGroup.GUARD_LABEL);
    }
}
