package io.tpmkeeper.simulation.story;

import java.util.Map;
import java.util.TreeMap;

/** How often each part of the machine was reached, under {@code <kind> <name>}. */
public final class Coverage {
    private final Map<String, Long> counts = new TreeMap<>();

    public void reached(String kind, String name) {
        counts.merge(kind + " " + name, 1L, Long::sum);
    }

    public void add(Coverage other) {
        other.counts.forEach((what, count) -> counts.merge(what, count, Long::sum));
    }

    public long of(String what) {
        return counts.getOrDefault(what, 0L);
    }

    public Map<String, Long> counts() {
        return Map.copyOf(counts);
    }
}
