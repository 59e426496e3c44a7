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
     */
    public record World(Vm vm, Activity activity, boolean busy, boolean migrating, Lying lying) {}

    /** The host file after the capture, if there is one. */
    public record Ended(Vm next, @Nullable Capture capture) {}

    public static Optional<Ended> decide(World here) {
        Run run = here.vm.run();
        if (run == null || !run.open() || here.busy || here.activity != Activity.INACTIVE) {
            return Optional.empty();
        }
        Ending how = here.migrating ? Ending.UNKNOWN : Ending.LOST;
        Line line = run.online() ? here.vm.line() : null;
        if (!here.lying.something()) {
            // Nothing can have been lost by a start from nothing that left nothing.
            boolean never = run.from() == null && !run.started();
            Vm next = here.vm.with(run.closed(how, null));
            return Optional.of(new Ended(line == null ? next : withLine(next, line, how, null, never), null));
        }
        Digest digest = here.lying.whole();
        long seq = here.vm.seq() + 1;
        Entry entry =
                new Entry(seq, run.epoch(), run.record(), run.n(), digest, digest != null, run.online(), Trigger.STOP);
        Vm next = here.vm.withSeq(seq).with(run.closed(how, seq));
        return Optional.of(new Ended(
                line == null ? next : withLine(next, line, how, entry, false), new Capture(null, entry, how)));
    }

    private static Vm withLine(Vm vm, Line line, Ending how, @Nullable Entry end, boolean never) {
        Digest digest = end == null ? null : end.digest();
        Digest tip = digest == null ? line.tip() : digest;
        Place at = digest == null || end == null ? vm.at() : new Place.InEntry(end.seq());
        if (how == Ending.UNKNOWN) {
            return vm.with(new Line(line.record(), line.epoch(), line.order(), LineState.LEFT, how, tip), at);
        }
        LineState state = digest == null && !never ? LineState.LOST : line.state();
        return vm.with(new Line(line.record(), line.epoch(), line.order(), state, null, tip), at);
    }
}
