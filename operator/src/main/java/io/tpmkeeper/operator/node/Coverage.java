package io.tpmkeeper.operator.node;

import io.tpmkeeper.api.VmTpmNodeStatus.Indexed;
import io.tpmkeeper.protocol.Guard;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts have taken the index up. Agents and this operator watch the same records, so a host's index is always one that the
 * records made here, too, sooner or later: the digest that an agent reports says which. Each state of the index has a number, and a
 * host whose index has the number n knows of every domain that changed up to n.
 *
 * <p>Nothing of it is stored. Of a host whose index is older than this leader's first one nobody knows by which domains.
 */
public final class Coverage {
    /** An agent takes a change up within seconds. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** So many states of the index are recognised; a host that is behind by more counts as one that has none of them. */
    private static final int REMEMBERED = 256;

    private static final long NONE = -1;

    /** @param number of the state of the index that it made. @param at by the monotonic clock */
    private record Change(long number, long at) {}

    /** @param digest null: no index was reported. @param number of the newest state that it was known to have. @param since by the monotonic clock */
    private record Host(@Nullable String digest, long number, long since) {}

    private final LongSupplier nanos;
    private final SortedMap<String, Guard> index = new TreeMap<>();
    private final Map<String, Change> changes = new HashMap<>();
    private final Map<String, Long> states = new LinkedHashMap<>();
    private final Map<String, Host> hosts = new HashMap<>();
    private long number;
    private boolean complete;

    /** @param nanos a monotonic clock, in nanoseconds */
    Coverage(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * A record as it is now.
     *
     * @param guard null: the domain is not in the index, or not any more
     */
    public synchronized void observe(String domainUuid, @Nullable Guard guard) {
        if (Objects.equals(index.get(domainUuid), guard)) {
            return;
        }
        number++;
        if (guard == null) {
            index.remove(domainUuid);
            changes.remove(domainUuid);
        } else {
            index.put(domainUuid, guard);
            changes.put(domainUuid, new Change(number, nanos.getAsLong()));
        }
        if (complete) {
            remember();
        }
    }

    /** All records that there were were observed. Before that no state of the index is one. */
    public synchronized void complete() {
        complete = true;
        remember();
    }

    private void remember() {
        String digest = Objects.requireNonNull(Indexed.of(index).digest());
        // The same content again covers what it covers now.
        states.remove(digest);
        states.put(digest, number);
        if (states.size() > REMEMBERED) {
            states.remove(states.keySet().iterator().next());
        }
        hosts.replaceAll((node, host) -> digest.equals(host.digest()) ? reached(host, number) : host);
    }

    /**
     * What a node reports.
     *
     * @return domains of which it was behind for too long, and is no more
     */
    synchronized Set<String> reported(String node, @Nullable Indexed indexed) {
        String digest = indexed == null ? null : indexed.digest();
        Host before = hosts.get(node);
        if (before != null && Objects.equals(before.digest(), digest)) {
            return Set.of();
        }
        Set<String> unaware = unawareOf(node);
        Host now = before == null || digest == null
                ? new Host(digest, NONE, nanos.getAsLong())
                : new Host(digest, before.number(), before.since());
        Long known = digest == null ? null : states.get(digest);
        hosts.put(node, known == null ? now : reached(now, known));
        unaware.removeAll(unawareOf(node));
        return unaware;
    }

    private static Host reached(Host host, long number) {
        return new Host(host.digest(), number, host.since());
    }

    synchronized void forget(String node) {
        hosts.remove(node);
    }

    /** Whether the host may not know yet that the domain is protected as it is now, though it has had the time to. */
    public synchronized boolean isUnaware(String node, String domainUuid) {
        Host host = hosts.get(node);
        Change change = changes.get(domainUuid);
        return host != null
                && change != null
                && host.number() < change.number()
                && isOver(change.at())
                && isOver(host.since());
    }

    private Set<String> unawareOf(String node) {
        return changes.keySet().stream()
                .filter(uuid -> isUnaware(node, uuid))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private boolean isOver(long since) {
        return nanos.getAsLong() - since >= PATIENCE.toNanos();
    }
}
