package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one node has of the domain, in words by which a person can tell it from what another has, and what is lost by going on from it
 * or without it. It is only told: nothing is decided by these words, nor by the times in them.
 */
record Having(World world, NodeView node) {
    /** An option's text has its limit in the API, and a node's name may have 253 characters. */
    private static final int NAMES = 5;

    /** Where it came from, how it ended, which state it is and since when: without these, one of two cannot be chosen. */
    String told() {
        Facts facts = node.facts();
        if (facts.active()) {
            return "%s has, where the domain runs".formatted(node.node());
        }
        Run run = facts.run();
        String words = Stream.concat(run == null ? Stream.of("of no run that is known") : ofRun(run), state())
                .collect(Collectors.joining(", "));
        return "%s has (%s)".formatted(node.node(), words);
    }

    private static Stream<String> ofRun(Run run) {
        String began = switch (run.kind()) {
            case INCOMING -> "received by a migration";
            case IMAGE -> "resumed from a saved image";
            case COLD -> "";
        };
        String right = run.online() || run.kind() == RunKind.INCOMING ? "" : "begun without the right to";
        String ended = run.open() ? "not known to have ended" : "ended: " + run.how();
        return Stream.of("run " + run.n(), began, right, ended).filter(Predicate.not(String::isEmpty));
    }

    private Stream<String> state() {
        Optional<Entry> entry = entry();
        return digest().stream().map(state -> {
            String whole = entry.isPresent() && !entry.get().complete() ? " (incomplete)" : "";
            String another = isNotTheEnd() ? " (not what that run left)" : "";
            return "state " + state.brief() + whole + another
                    + since(entry.orElse(null)).map(", "::concat).orElse("");
        });
    }

    private static Optional<String> since(@Nullable Entry entry) {
        return entry == null || entry.capturedAt() == null
                ? Optional.empty()
                : Optional.of("captured " + entry.capturedAt());
    }

    /** Of what it is not: a silent node can have what is newer, and is no option itself. */
    private String when() {
        Facts facts = node.facts();
        Optional<String> said = facts.active() ? Optional.of("where it runs") : since(entry().orElse(null));
        return said.map(" (%s)"::formatted).orElse("");
    }

    /** What would be gone on from, as a host takes it up: what lies there, or else what its last run left, or else its line's tip. */
    private Optional<Digest> digest() {
        Digest lies = node.facts().live();
        return lies != null ? Optional.of(lies) : entry().map(Entry::digest);
    }

    /** The capture of that: where several have it, the one that was its run's end, or else the first. */
    private Optional<Entry> entry() {
        Facts facts = node.facts();
        Digest lies = facts.live();
        if (lies != null) {
            return end().filter(e -> lies.equals(e.digest())).or(() -> first(lies));
        }
        Run run = facts.run();
        Digest tip = facts.line() == null ? null : facts.line().tip();
        return newest(e -> run != null && e.run() == run.n() && e.complete())
                .or(this::end)
                .or(() -> newest(e -> run != null && e.run() == run.n()))
                .or(() -> tip == null ? Optional.empty() : first(tip))
                .or(() -> newest(Entry::complete));
    }

    /** Of the last run. */
    private Optional<Entry> end() {
        Run run = node.facts().run();
        return newest(e -> run != null && run.entry() != null && e.seq() == run.entry());
    }

    private Optional<Entry> first(Digest digest) {
        return node.facts().entries().stream()
                .filter(e -> digest.equals(e.digest()))
                .min(Comparator.comparingLong(Entry::seq));
    }

    private Optional<Entry> newest(Predicate<Entry> which) {
        return node.facts().entries().stream()
                .filter(e -> e.digest() != null)
                .filter(which)
                .max(Comparator.comparingLong(Entry::seq));
    }

    /** Somebody put other files there since; or the end is torn, and what was captured before it is not. */
    private boolean isNotTheEnd() {
        Digest state = digest().orElse(null);
        return end().filter(e -> !Objects.equals(e.digest(), state)).isPresent();
    }

    /** What is lost by going on from it. @param stopped where the domain runs, and is stopped for it; null: nowhere else */
    String loses(@Nullable String stopped) {
        Current current = world.status().current();
        List<String> lost = new ArrayList<>();
        String kept = "";
        if (current != null) {
            String generation = "generation " + current.generation();
            boolean same = !node.facts().active()
                    && digest().filter(current.digest()::equals).isPresent();
            if (same) {
                kept = "It is %s. ".formatted(generation);
            } else if (goesOnFrom(current)) {
                kept = "It goes on from %s. ".formatted(generation);
            } else {
                String left = Offers.isNothingSaved(world)
                        ? "is gone from the cluster and not gone on from"
                        : "is kept and not gone on from";
                lost.add("%s, captured %s on %s, %s".formatted(generation, current.capturedAt(), current.node(), left));
            }
        }
        List<String> others = others(stopped);
        if (!others.isEmpty()) {
            lost.add("what %s left aside".formatted(names(others)));
        }
        if (stopped != null) {
            lost.add("the domain must be stopped on %s then, and what it has there is left aside".formatted(stopped));
        }
        return kept
                + (lost.isEmpty()
                        ? "Nothing else that is known of the domain is lost by it."
                        : "What is not in that is lost to the domain: %s.".formatted(String.join("; ", lost)));
    }

    /** What is lost by calling its last run no part of the domain. */
    String losesForgotten() {
        return Offers.isBlank(node.facts())
                ? "That migration failed, and what lies there was made to receive it: nothing of the domain is lost by it."
                : "What the domain wrote to its TPM and UEFI variables in that run is lost to it; the files stay on %s for some weeks."
                        .formatted(node.node());
    }

    /** As far as that is certain: what lies there is of a run that began from what is current, or of which that was captured. */
    private boolean goesOnFrom(Current current) {
        Facts facts = node.facts();
        Run run = facts.run();
        if (run == null || run.kind() != RunKind.COLD) {
            return false;
        }
        boolean ofThatRun =
                facts.active() || entry().filter(e -> e.run() == run.n()).isPresent();
        return ofThatRun
                && (current.digest().equals(run.from())
                        || facts.entries().stream()
                                .anyMatch(e ->
                                        e.run() == run.n() && current.digest().equals(e.digest())));
    }

    /** The nodes that have, or may come to have, what is not in this, and that nobody has called no part of the domain. */
    private List<String> others(@Nullable String but) {
        return world.nodes().values().stream()
                .filter(n -> !n.node().equals(node.node()) && !n.node().equals(but))
                .filter(n -> n.facts().active() || n.facts().runOpen() || hasAnother(n))
                .map(n -> n.node() + new Having(world, n).when())
                .toList();
    }

    private boolean hasAnother(NodeView other) {
        Facts facts = other.facts();
        return facts.hasState()
                && !Offers.isBlank(facts)
                && Offers.mayBeIt(world, facts)
                && (node.facts().active() || !Objects.equals(digest(), new Having(world, other).digest()));
    }

    private static String names(List<String> nodes) {
        String some = nodes.stream().limit(NAMES).collect(Collectors.joining(", "));
        int more = nodes.size() - NAMES;
        return more > 0
                ? "%s and %d more have is".formatted(some, more)
                : some + (nodes.size() == 1 ? " has is" : " have is");
    }

    /** The host said that what its line should start from is torn, or not all there. */
    boolean mayBeTorn() {
        Optional<Line> line = node.facts().lineOf(world.recordUid());
        return line.filter(l -> l.state() == LineState.LOST).isPresent()
                && !node.facts().active();
    }
}
