package io.tpmkeeper.benchmarks;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.tpmkeeper.api.Marks;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** When the last Secret of a kind came into a namespace, as a watch sees it. */
final class Secrets implements AutoCloseable {
    private final Watch watch;
    private volatile @Nullable Instant last;

    Secrets(KubernetesClient client, String namespace, String kind) {
        watch = client.secrets()
                .inNamespace(namespace)
                .withLabel(Marks.KIND, kind)
                .watch(new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, Secret secret) {
                        if (action == Action.ADDED) {
                            last = Instant.now();
                        }
                    }

                    @Override
                    public void onClose(WatcherException cause) {
                        throw new IllegalStateException("the watch ended", cause);
                    }
                });
    }

    Instant last() {
        return Objects.requireNonNull(last, "none came");
    }

    @Override
    public void close() {
        watch.close();
    }
}
