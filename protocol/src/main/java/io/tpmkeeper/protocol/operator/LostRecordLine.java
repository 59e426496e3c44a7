package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Run;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A line that a host has in the name of another record than the domain has now: that one was lost. Held, the host may start the
 * domain still; Lost or Left, the domain's life went on there, and what it left is torn or elsewhere. It gives nothing in this
 * record's name; it tells where the domain's life went on.
 */
record LostRecordLine(NodeView node, Line line) {
    static Optional<LostRecordLine> of(World world, NodeView node) {
        return Optional.ofNullable(node.facts().line())
                .filter(l -> l.state() != LineState.TOMBSTONE && !l.record().equals(world.recordUid()))
                .map(l -> new LostRecordLine(node, l));
    }

    /** Whether what the host has is what is saved, as far as its line says. */
    boolean isAt(Current current) {
        return line.isHeld() && current.digest().equals(line.tip());
    }

    /**
     * Whether what the host has, and nothing else, goes on from the newest generation: the line is of the record under which that
     * was made and no older than it, and on the host is what it says, or the run that began from it.
     */
    boolean goesOnFrom(World world, Current current) {
        boolean sameLine = line.isHeld()
                && world.generations().stream()
                        .filter(g -> g.secret().equals(current.secret()))
                        .anyMatch(g -> g.record().equals(line.record()))
                && line.epoch() >= current.version().epoch();
        Facts facts = node.facts();
        Run run = facts.run();
        if (facts.active() || facts.runOpen()) {
            return sameLine
                    && facts.active()
                    && run != null
                    && run.open()
                    && run.online()
                    && line.record().equals(run.record());
        }
        return sameLine && line.tip() != null && line.tip().equals(whatLies(facts));
    }

    /** What an order to go on would take up: what lies there, or what the last run left. */
    private static @Nullable Digest whatLies(Facts facts) {
        Run run = facts.run();
        return facts.live() != null || run == null
                ? facts.live()
                : facts.entries().stream()
                        .filter(e -> e.run() == run.n() && e.complete())
                        .max(Comparator.comparingLong(Entry::seq))
                        .map(Entry::digest)
                        .filter(Objects::nonNull)
                        .orElse(null);
    }
}
