package io.tpmkeeper.simulation.story;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What happened, in order. Kept only where somebody wants to read it: of ten thousand schedules nobody does. */
public final class Story {
    private final boolean kept;
    private final UnaryOperator<String> shortened;
    private final List<String> lines = new ArrayList<>();
    private long told;

    /** @param shortened what people need not read of a line is left out of it */
    public Story(boolean kept, UnaryOperator<String> shortened) {
        this.kept = kept;
        this.shortened = shortened;
    }

    public void say(String who, String what, @Nullable Object... values) {
        told++;
        if (kept) {
            lines.add("%-9s %s".formatted(who, shortened.apply(what.formatted(values))));
        }
    }

    /** How much was told, kept or not: while this stands still, nothing happens. */
    public long length() {
        return told;
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }
}
