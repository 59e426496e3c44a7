package io.tpmkeeper.operator.node;

import io.fabric8.kubernetes.api.model.Node;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Since when Nodes have not been ready, by this process's own monotonic clock: a new leader begins anew, and clocks of other
 * machines are never compared.
 */
final class Readiness {
    private final Map<String, Long> notReadySince = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    /** @param nanos a monotonic clock, in nanoseconds */
    Readiness(LongSupplier nanos) {
        this.nanos = nanos;
    }

    void observe(Node node) {
        String name = node.getMetadata().getName();
        boolean ready = node.getStatus() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
        if (ready) {
            notReadySince.remove(name);
        } else {
            notReadySince.putIfAbsent(name, nanos.getAsLong());
        }
    }

    void forget(String node) {
        notReadySince.remove(node);
    }

    /** Zero: it is ready, or not known. */
    Duration notReadyFor(String node) {
        Long since = notReadySince.get(node);
        return since == null ? Duration.ZERO : Duration.ofNanos(nanos.getAsLong() - since);
    }
}
