package io.tpmkeeper.operator.node;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which agents live: those whose Lease changed within {@link #PATIENCE} by this process's own monotonic clock. Clocks of other
 * machines are never compared, and a new leader begins anew: what it sees for the first time counts as seen now.
 */
public final class Liveness {
    /** An agent renews its Lease every 10 s; four missed in a row, and it is silent. */
    public static final Duration PATIENCE = Duration.ofSeconds(40);

    private record Seen(@Nullable String renewed, long at) {}

    private final Map<String, Seen> seen = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    /** @param nanos a monotonic clock, in nanoseconds */
    public Liveness(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** A node's Lease, as it is now; seen again without a renewal it changes nothing. */
    public void observe(Lease lease) {
        Object renewTime = lease.getSpec() == null ? null : lease.getSpec().getRenewTime();
        String renewed = renewTime == null ? null : renewTime.toString();
        seen.compute(
                lease.getMetadata().getName(),
                (node, before) -> before != null && java.util.Objects.equals(before.renewed(), renewed)
                        ? before
                        : new Seen(renewed, nanos.getAsLong()));
    }

    public void forget(String node) {
        seen.remove(node);
    }

    public boolean isAlive(String node) {
        Seen last = seen.get(node);
        return last != null && nanos.getAsLong() - last.at() < PATIENCE.toNanos();
    }

    /** How long it has been silent beyond {@link #PATIENCE}; zero: it lives, or was never seen. */
    public Duration silentFor(String node) {
        Seen last = seen.get(node);
        long silent = last == null ? 0 : nanos.getAsLong() - last.at() - PATIENCE.toNanos();
        return Duration.ofNanos(Math.max(0, silent));
    }

    /** The names of all nodes whose agents live now. */
    public Set<String> alive() {
        Set<String> nodes = new TreeSet<>(seen.keySet());
        nodes.removeIf(n -> !isAlive(n));
        return nodes;
    }
}
