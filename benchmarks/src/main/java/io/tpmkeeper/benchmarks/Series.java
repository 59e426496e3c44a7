package io.tpmkeeper.benchmarks;

import java.util.List;

/** Times that were measured for one thing, in milliseconds. */
record Series(String name, List<Double> millis) {
    Series {
        millis = millis.stream().sorted().toList();
        if (millis.isEmpty()) {
            throw new IllegalArgumentException(name + ": nothing was measured");
        }
    }

    double min() {
        return millis.getFirst();
    }

    double median() {
        return millis.get(millis.size() / 2);
    }

    double max() {
        return millis.getLast();
    }

    /** How many times as long as the peer, by the medians. */
    double ratioTo(Series peer) {
        return median() / peer.median();
    }

    String line() {
        return "    %-58s %8.1f %8.1f %8.1f   (%d runs)".formatted(name, min(), median(), max(), millis.size());
    }
}
