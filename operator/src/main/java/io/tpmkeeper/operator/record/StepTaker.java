package io.tpmkeeper.operator.record;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.api.VmTpmGrant;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.operator.event.Announcer;
import io.tpmkeeper.operator.generation.ContentRefusedException;
import io.tpmkeeper.operator.generation.Deliveries;
import io.tpmkeeper.operator.generation.Generations;
import io.tpmkeeper.operator.generation.Uploads;
import io.tpmkeeper.operator.node.Cluster;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.operator.NodeView;
import io.tpmkeeper.protocol.operator.Step;
import io.tpmkeeper.protocol.operator.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the steps of one pass in their order. The record is written only if it is still the one that was observed; any
 * failure ends the pass, and the next one observes anew.
 */
final class StepTaker {
    private static final Logger LOG = LoggerFactory.getLogger(StepTaker.class);
    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;

    private final KubernetesClient client;
    private final Cluster cluster;
    private final Uploads uploads;
    private final Generations generations;
    private final Deliveries deliveries;
    private final Announcer announcer;
    private final Consumer<String> wake;

    /** @param wake called with the domain's UUID as soon as its record says something new: Events are told after that */
    StepTaker(
            KubernetesClient client,
            Cluster cluster,
            Uploads uploads,
            Generations generations,
            Deliveries deliveries,
            Announcer announcer,
            Consumer<String> wake) {
        this.client = client;
        this.cluster = cluster;
        this.uploads = uploads;
        this.generations = generations;
        this.deliveries = deliveries;
        this.announcer = announcer;
        this.wake = wake;
    }

    /**
     * @return the record as the API server answered the last write of it. The next pass may observe around it: it is no older than what
     *     that pass reads after it, and a write over it still fails if somebody else wrote since. Empty, so that it is read: none was
     *     written, what was observed being older than the pass; it was deleted; or the pass was cut short
     */
    Optional<VmTpmRecord> take(WorldReader.Observed observed, List<Step> steps) {
        VmTpmRecord record = observed.record();
        Optional<VmTpmRecord> written = Optional.empty();
        for (Step step : steps) {
            try {
                record = one(record, observed, step);
                if (step instanceof Step.WriteRecord
                        || step instanceof Step.WriteOwner
                        || step instanceof Step.LabelGuard) {
                    written = Optional.of(record);
                } else if (step instanceof Step.DeleteRecord) {
                    written = Optional.empty();
                }
            } catch (ContentRefusedException e) {
                generations.distrust(e);
                announce(observed.world(), true, "GenerationRefused", String.valueOf(e.getMessage()));
                return Optional.empty();
            }
        }
        return written;
    }

    private VmTpmRecord one(VmTpmRecord record, WorldReader.Observed observed, Step step) {
        World world = observed.world();
        LOG.atDebug()
                .addKeyValue("domain", world.domainUuid())
                .addKeyValue("step", step.getClass().getSimpleName())
                .log("takes");
        switch (step) {
            case Step.WriteRecord(var next) -> {
                record.setStatus(next);
                VmTpmRecord written =
                        client.resource(record).lockResourceVersion().updateStatus();
                if (next.holder() != null
                        && !next.holder().equals(world.status().holder())) {
                    cluster.questions().forget(world.domainUuid());
                    LOG.atInfo()
                            .addKeyValue("domain", world.domainUuid())
                            .addKeyValue("node", next.holder().node())
                            .addKeyValue("epoch", next.epoch())
                            .log("line given");
                }
                wake.accept(world.domainUuid());
                return written;
            }
            case Step.WriteOwner(var next) -> {
                record.setSpec(next);
                return client.resource(record).lockResourceVersion().update();
            }
            case Step.LabelGuard(var guard) -> {
                var labels = new java.util.HashMap<>(Objects.requireNonNullElse(
                        record.getMetadata().getLabels(), java.util.Map.<String, String>of()));
                if (guard == null) {
                    labels.remove(ApiGroup.GUARD_LABEL);
                } else {
                    labels.put(ApiGroup.GUARD_LABEL, guard);
                }
                record.getMetadata().setLabels(labels);
                return client.resource(record).lockResourceVersion().update();
            }
            case Step.DeleteRecord() ->
                client.resource(record).lockResourceVersion().delete();
            case Step.WriteGrant(var next) -> write(record, observed, next);
            case Step.RemoveGrant(var node) -> remove(world.domainUuid(), node);
            case Step.Ask(var subject) -> cluster.questions().ask(world.domainUuid(), subject);
            case Step.MakeGeneration make ->
                generations.make(
                        world,
                        make,
                        Objects.requireNonNull(
                                observed.inbox().sent().get(make.upload().name()), "it was observed"));
            case Step.CopyGeneration(var of, var number) -> generations.copy(world, of, number);
            case Step.KeepGeneration(var generation, var keep) -> generations.keep(generation, keep);
            case Step.DeleteGeneration(var generation) -> generations.delete(generation);
            case Step.MarkNewest(var generation, var version) -> generations.markNewest(generation, version);
            case Step.DeleteUpload(var name) -> uploads.delete(name);
            case Step.Deliver(var node, var digest, var generation) ->
                deliveries.make(world.domainUuid(), node, digest, generation);
            case Step.DeleteDelivery(var name) -> deliveries.delete(name);
            case Step.Announce(var warning, var reason, var message) -> announce(world, warning, reason, message);
        }
        return record;
    }

    private void announce(World world, boolean warning, String reason, String message) {
        LOG.atInfo()
                .addKeyValue("domain", world.domainUuid())
                .addKeyValue("reason", reason)
                .log(message);
        if (world.spec().owner() != null) {
            announcer.tell(world.spec().owner(), world.nonce(), warning, reason, message);
        }
    }

    /**
     * Only over the grant that was observed, and with another order only while the record is still the one that the grant repeats:
     * a leader that was deposed in the middle of a pass would give an older order, and a host that was purged meanwhile obey it. The
     * grant is read again only if its agent wrote facts since, which is no reason not to write.
     */
    private void write(VmTpmRecord record, WorldReader.Observed observed, GrantSpec next) {
        NodeView node = observed.world().nodes().get(next.nodeName());
        GrantSpec seen = node == null ? null : node.grant();
        boolean sameOrder = Objects.equals(next.order(), seen == null ? null : seen.order());
        VmTpmGrant known = observed.grants().get(next.nodeName());
        if (known != null && (sameOrder || isStill(record)) && isWritten(known, next)) {
            return;
        }
        String name = grantName(next.domainUuid(), next.nodeName());
        VmTpmGrant has = client.resources(VmTpmGrant.class).withName(name).get();
        if (!isAsObserved(has, seen) || !(sameOrder || isStill(record))) {
            throw new KubernetesClientException("The grant " + name + " is not as it was observed.", CONFLICT, null);
        }
        if (has == null) {
            VmTpmGrant made = new VmTpmGrant();
            made.setMetadata(new ObjectMetaBuilder()
                    .withName(name)
                    .addToFinalizers(ApiGroup.GRANT_FINALIZER)
                    .build());
            made.setSpec(next);
            client.resource(made).create();
            return;
        }
        has.setSpec(next);
        client.resource(has).lockResourceVersion().update();
    }

    /** Whether it could be: it had not been written since it was read. */
    private boolean isWritten(VmTpmGrant known, GrantSpec next) {
        VmTpmGrant changed = new VmTpmGrant();
        changed.setMetadata(known.getMetadata());
        changed.setSpec(next);
        try {
            client.resource(changed).lockResourceVersion().update();
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == CONFLICT || e.getCode() == NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    /** One that somebody is deleting counted as none when it was observed, and is written to as long as it is there. */
    private static boolean isAsObserved(@Nullable VmTpmGrant has, @Nullable GrantSpec seen) {
        boolean leaving = has != null && has.getMetadata().getDeletionTimestamp() != null;
        return leaving || Objects.equals(seen, has == null ? null : has.getSpec());
    }

    private boolean isStill(VmTpmRecord record) {
        VmTpmRecord now = client.resource(record).get();
        return now != null
                && now.getMetadata()
                        .getResourceVersion()
                        .equals(record.getMetadata().getResourceVersion());
    }

    private void remove(String domainUuid, String node) {
        VmTpmGrant grant = client.resources(VmTpmGrant.class)
                .withName(grantName(domainUuid, node))
                .get();
        if (grant == null) {
            return;
        }
        List<String> finalizers = new ArrayList<>(grant.getMetadata().getFinalizers());
        finalizers.remove(ApiGroup.GRANT_FINALIZER);
        grant.getMetadata().setFinalizers(finalizers);
        VmTpmGrant free = client.resource(grant).lockResourceVersion().update();
        client.resource(free).delete();
    }

    /** Whether the world changed under the pass: nothing is wrong, it is observed again. */
    static boolean isConflict(KubernetesClientException failure) {
        return failure.getCode() == CONFLICT;
    }

    /** Node names go up to 253 characters, and so does the name of an object. */
    private static String grantName(String domainUuid, String node) {
        String name = domainUuid + "." + node;
        return name.length() <= 253 ? name : domainUuid + "." + Integer.toHexString(node.hashCode());
    }
}
