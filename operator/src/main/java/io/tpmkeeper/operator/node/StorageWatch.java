package io.tpmkeeper.operator.node;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tpmkeeper.api.VmTpmClass;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the API server's storage was restored from an older backup: its revision goes back. A watch that was begun before goes
 * on as if nothing had happened, and is told nothing until revisions have caught up: <a
 * href="https://github.com/kubernetes/kubernetes/issues/107457">kubernetes#107457</a>. So whoever watches has to begin anew.
 */
public final class StorageWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StorageWatch.class);
    private static final long PERIOD = 10;

    private final LongSupplier revision;
    private final Runnable restored;
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("storage").daemon().factory());
    private long last;

    /**
     * @param revision of the storage now; 0 if it cannot be told
     * @param restored called once
     */
    StorageWatch(LongSupplier revision, Runnable restored) {
        this.revision = revision;
        this.restored = restored;
    }

    /** @param restored called once, when the storage went back */
    public static StorageWatch start(KubernetesClient client, Runnable restored) {
        StorageWatch watch = new StorageWatch(() -> now(client), restored);
        var unused = watch.looking.scheduleWithFixedDelay(watch::look, 0, PERIOD, TimeUnit.SECONDS);
        return watch;
    }

    /** One look after the other, so that an answer that is lower than the one before is of a storage that went back. */
    void look() {
        try {
            long now = revision.getAsLong();
            if (now > 0 && now < last) {
                LOG.atWarn()
                        .addKeyValue("cause", "its revision is %d, and was %d".formatted(now, last))
                        .log("the API server's storage was restored from an older backup; the operator begins anew");
                looking.shutdown();
                restored.run();
            }
            last = Math.max(last, now);
        } catch (KubernetesClientException away) {
            LOG.atDebug().addKeyValue("cause", away.getMessage()).log("the storage's revision is not known now");
        }
    }

    /** By a list that is not served from a cache of unknown age. */
    private static long now(KubernetesClient client) {
        String revision = client.resources(VmTpmClass.class)
                .list(new ListOptionsBuilder().withLimit(1L).build())
                .getMetadata()
                .getResourceVersion();
        try {
            return Long.parseLong(revision);
        } catch (NumberFormatException notOrdered) {
            return 0;
        }
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
