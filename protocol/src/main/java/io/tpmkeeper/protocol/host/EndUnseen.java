package io.tpmkeeper.protocol.host;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Closes a run that is open though its domain does not run: power was lost, or its hook died. What lies there is its end, by the
 * rules that hold for a stop.
 */
public final class EndUnseen {
    private EndUnseen() {}

    /**
     * @param activity asked after the run was read as open, or it says nothing of that run
     * @param busy the hook has the lock
     * @param migrating libvirt's log says that a migration to another host had begun in that run
     * @param rescued how the run ended, where the hook saw it and could only put the files aside
     */
    public record World(
            Vm vm,
            Activity activity,
            boolean busy,
            boolean migrating,
            @Nullable Ending rescued,
            Lying lying) {}

    /** The host file after the capture, if there is one. */
    public record Ended(Vm next, @Nullable Capture capture) {}

    public static Optional<Ended> decide(World here) {
        Run run = here.vm.run();
        if (run == null || !run.open() || here.busy || here.activity != Activity.INACTIVE) {
            return Optional.empty();
        }
        Ending how = here.rescued != null ? here.rescued : here.migrating ? Ending.UNKNOWN : Ending.LOST;
        Line line = here.vm.line();
        boolean mine = line != null
                && line.isHeld()
                && run.online()
                && line.record().equals(run.record())
                && line.epoch() == run.epoch();
        Entry entry = here.lying.something() ? entry(here, run, line, mine, how) : null;
        Vm closed = here.vm.with(run.closed(how, entry == null ? null : (Long) entry.seq()));
        Vm next = mine && line != null ? withLine(closed, line, run, how, entry) : closed;
        return Optional.of(
                entry == null
                        ? new Ended(next, null)
                        : new Ended(next.withSeq(entry.seq()), new Capture(null, entry, how)));
    }

    private static Entry entry(World here, Run run, @Nullable Line line, boolean mine, Ending how) {
        Digest digest = here.lying.whole();
        return new Entry(
                here.vm.seq() + 1,
                line == null ? 0 : line.epoch(),
                line == null ? null : line.record(),
                run.n(),
                digest,
                digest != null,
                mine,
                trigger(here, how));
    }

    /** An end that the hook saw, and could only put aside, is a stop like any other. */
    private static Trigger trigger(World here, Ending how) {
        return how == Ending.MIGRATED ? Trigger.MIGRATION : here.rescued == null ? Trigger.AGENT_START : Trigger.STOP;
    }

    private static Vm withLine(Vm vm, Line line, Run run, Ending how, @Nullable Entry end) {
        Digest digest = end == null ? null : end.digest();
        // Nothing can have been lost by a start from nothing that left nothing.
        boolean lost = digest == null && (end != null || run.from() != null || run.started());
        boolean left = how == Ending.MIGRATED || how == Ending.UNKNOWN;
        LineState state = lost ? LineState.LOST : left ? LineState.LEFT : LineState.HELD;
        Line next = new Line(
                line.record(),
                line.epoch(),
                line.order(),
                state,
                state == LineState.LEFT ? how : null,
                digest == null ? line.tip() : digest);
        return digest == null || end == null ? vm.with(next, vm.at()) : vm.with(next, new Place.InEntry(end.seq()));
    }
}
