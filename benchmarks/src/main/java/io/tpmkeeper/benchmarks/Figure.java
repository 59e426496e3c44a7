package io.tpmkeeper.benchmarks;

import java.util.List;

/**
 * What was measured: ours against a peer, and what we hold ourselves to. Nothing fails when it does not hold: machines differ.
 *
 * @param goal at most this many times the peer's median
 * @param beside what else was measured, to see where the time goes
 * @param notes what a reader must know of it
 */
record Figure(
        String name, String question, Series ours, Series peer, double goal, List<Series> beside, List<String> notes) {
    String text() {
        StringBuilder text = new StringBuilder();
        text.append(name).append("  ").append(question).append('\n');
        text.append("    %-58s %8s %8s %8s%n".formatted("milliseconds", "min", "median", "max"));
        text.append(ours.line()).append('\n');
        text.append(peer.line()).append('\n');
        beside.forEach(series -> text.append(series.line()).append('\n'));
        notes.forEach(note -> text.append("    ").append(note).append('\n'));
        double ratio = ours.ratioTo(peer);
        text.append("%s  ratio %.2f, goal at most %.2f: %s%n"
                .formatted(name, ratio, goal, ratio <= goal ? "holds" : "does not hold here"));
        return text.toString();
    }
}
