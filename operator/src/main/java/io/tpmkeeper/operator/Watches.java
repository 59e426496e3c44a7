package io.tpmkeeper.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.tpmkeeper.api.Marks;
import io.tpmkeeper.api.VmTpmClass;
import io.tpmkeeper.api.VmTpmGrant;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.operator.node.Coverage;
import io.tpmkeeper.operator.record.RecordReconciler;
import io.tpmkeeper.operator.wakeup.Wakeups;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Watches what the reconcilers' own informers do not see, and wakes the domain that it belongs to. Secrets without their data. */
final class Watches implements AutoCloseable {
    private final List<SharedIndexInformer<?>> informers;

    private final SharedIndexInformer<VmTpmRecord> records;
    private final Coverage coverage;

    /** @param coverage is told what the records say of the index */
    Watches(
            KubernetesClient client,
            KubernetesClient metadata,
            String agentsNamespace,
            Wakeups wakeups,
            Coverage coverage) {
        this.coverage = coverage;
        SharedIndexInformer<VmTpmGrant> grants =
                client.resources(VmTpmGrant.class).runnableInformer(0);
        grants.addEventHandler(each(g -> wakeups.record(g.getSpec().domainUuid())));
        SharedIndexInformer<Secret> sent = metadata.secrets()
                .inNamespace(agentsNamespace)
                .withLabel(Marks.DOMAIN)
                .runnableInformer(0);
        sent.addEventHandler(each(s -> wakeups.record(domain(s))));
        SharedIndexInformer<Secret> kept = metadata.secrets()
                .inAnyNamespace()
                .withLabel(Marks.KIND, Marks.KIND_GENERATION)
                .runnableInformer(0);
        kept.addEventHandler(each(s -> wakeups.record(domain(s))));
        SharedIndexInformer<VmTpmClass> classes =
                client.resources(VmTpmClass.class).runnableInformer(0);
        classes.addEventHandler(each(c -> client.resources(VmTpmState.class).inAnyNamespace().list().getItems().stream()
                .map(s -> s.getSpec().target().domainUUID())
                .filter(u -> u != null)
                .forEach(wakeups::domain)));
        this.records = client.resources(VmTpmRecord.class).runnableInformer(0);
        // A record has no finalizer, and what has gone is not reconciled: whoever wants its domain makes it anew.
        records.addEventHandler(changed(this::indexed, r -> {
            coverage.observe(r.getMetadata().getName(), null);
            wakeups.statesWanting(r.getMetadata().getName());
        }));
        this.informers = List.of(grants, sent, kept, classes, records);
    }

    void start() {
        informers.forEach(i -> i.start().toCompletableFuture().join());
        // Handlers are called in their own time; what was listed is there.
        records.getStore().list().forEach(this::indexed);
        coverage.complete();
    }

    /** Whether what {@link #start} began goes on. It does while the API server is away. */
    boolean isWatching() {
        return informers.stream().allMatch(SharedIndexInformer::isRunning);
    }

    private static String domain(Secret secret) {
        Map<String, String> labels = secret.getMetadata().getLabels();
        return labels == null ? "" : labels.getOrDefault(Marks.DOMAIN, "");
    }

    private void indexed(VmTpmRecord record) {
        coverage.observe(record.getMetadata().getName(), RecordReconciler.guard(record));
    }

    private static <T extends HasMetadata> ResourceEventHandler<T> each(Consumer<T> wake) {
        return changed(wake, wake);
    }

    private static <T extends HasMetadata> ResourceEventHandler<T> changed(Consumer<T> now, Consumer<T> gone) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(T added) {
                now.accept(added);
            }

            @Override
            public void onUpdate(T before, T after) {
                now.accept(after);
            }

            @Override
            public void onDelete(T deleted, boolean unknownFinalState) {
                gone.accept(deleted);
            }
        };
    }

    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::close);
    }
}
