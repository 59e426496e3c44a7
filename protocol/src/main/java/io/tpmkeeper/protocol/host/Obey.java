package io.tpmkeeper.protocol.host;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Obeys an order once: gives the line, takes it back, or refuses. */
public final class Obey {
    private Obey() {}

    /**
     * What the order meets, read under the domain's lock.
     *
     * @param busy the hook has the lock: a start or a stop is at work, and nothing may be changed
     * @param lying while the domain is inactive
     * @param purged what the order's own grant lists for removal was taken off here already
     * @param boot the host's boot id
     * @param now Unix seconds
     */
    public record World(
            String hostId,
            Activity activity,
            boolean busy,
            Vm vm,
            Lying lying,
            List<Entry> entries,
            List<Digest> deliveries,
            boolean purged,
            String boot,
            long now) {}

    /** The answer to an order. */
    public sealed interface Answer {}

    /** It was obeyed before, and nothing changes: it is acknowledged again as long as its line is here. */
    public record Again() implements Answer {}

    /** Not now; the order stands. */
    public record Wait(String why) implements Answer {}

    /** No. @param message one sentence */
    public record Refused(String message) implements Answer {}

    /**
     * Yes: after the capture, if there is one, the host file becomes {@code next}, and after its fsync the order is acknowledged.
     *
     * @param parked the line of another record that was here: kept aside, never compared
     */
    public record Obeyed(
            Vm next, @Nullable Capture capture, @Nullable Line parked) implements Answer {}

    /**
     * @param record uid in whose name the order is given
     * @param hostId to which it is addressed
     */
    public static Answer decide(String record, String hostId, Order order, World here) {
        if (!hostId.equals(here.hostId)) {
            return new Refused("The order is addressed to another host directory than this one.");
        }
        Line found = here.vm.line();
        Line parked = found != null && !found.record().equals(record) ? found : null;
        Line line = parked == null ? found : null;
        if (line != null && line.order().equals(order.id())) {
            return new Again();
        }
        return switch (order.kind()) {
            case TOMBSTONE -> tombstone(record, order, here, line, parked);
            case HELD -> held(record, order, here, line, parked);
        };
    }

    private static Answer tombstone(
            String record, Order order, World here, @Nullable Line line, @Nullable Line parked) {
        if (line == null && here.purged) {
            // The grant stands a little longer than what it took off: a Tombstone would stay behind on a cleaned host.
            return new Again();
        }
        long epoch = line == null ? 0 : line.epoch();
        if (order.epoch() < epoch) {
            return stale(order, epoch);
        }
        Run run = here.vm.run();
        if (line == null || order.epoch() > epoch) {
            if (here.busy) {
                return new Wait("A start or a stop is at work.");
            }
            Line next = new Line(
                    record, order.epoch(), order.id(), LineState.TOMBSTONE, null, line == null ? null : line.tip());
            // What was seen to have ended here is no part of the line that was given elsewhere; what goes on may be a
            // fork.
            Run after = run == null ? null : run.open() ? run.offline() : isPassed(order, run) ? run.asVoid() : run;
            return new Obeyed(
                    here.vm.with(next, line == null ? null : here.vm.at()).with(after), null, parked);
        }
        if (here.busy) {
            return new Refused("A start or a stop of the domain is at work on this host.");
        }
        if (run != null && run.open()) {
            return new Refused("Run %d of the domain is open on this host.".formatted(run.n()));
        }
        if (here.activity != Activity.INACTIVE) {
            return new Refused("The domain is active on this host.");
        }
        long last = run == null ? 0 : run.n();
        if (line.state() == LineState.LEFT && (order.run() == null || order.run() != last)) {
            return new Refused(
                    "The last run left this host (%s), and the order does not name it.".formatted(line.how()));
        }
        // Left, and without a tip though it ran: nothing whole of it is here, and it went nowhere else.
        boolean missing =
                line.state() == LineState.LEFT && line.tip() == null && run != null && leftSomething(run, here);
        LineState state = missing || line.state() == LineState.LOST ? LineState.LOST : LineState.TOMBSTONE;
        Line next = new Line(record, epoch, order.id(), state, null, line.tip());
        return new Obeyed(here.vm.with(next, here.vm.at()), null, parked);
    }

    /** What ended since the order was written may be the domain: the line's own run, migrated to here. */
    private static boolean isPassed(Order order, Run run) {
        return order.run() != null && run.n() <= order.run();
    }

    private static boolean leftSomething(Run run, World here) {
        return run.started() || here.entries.stream().anyMatch(e -> e.run() == run.n() && e.digest() != null);
    }

    private static Answer held(String record, Order order, World here, @Nullable Line line, @Nullable Line parked) {
        if (line != null && order.epoch() <= line.epoch()) {
            return stale(order, line.epoch());
        }
        Content tip = order.tip();
        return switch (tip) {
            case null -> new Refused("The order gives the line without a tip.");
            case Content.Live live -> live(record, order, here, line, parked);
            case Content.Of(Digest digest) -> exactly(record, order, here, line, parked, digest);
            case Content.None none -> exactly(record, order, here, line, parked, null);
        };
    }

    private static Answer exactly(
            String record, Order order, World here, @Nullable Line line, @Nullable Line parked, @Nullable Digest tip) {
        if (line != null && (line.state() == LineState.HELD || line.state() == LineState.LOST)) {
            return new Refused("This host has a line of epoch %d that is %s, and the order does not continue it."
                    .formatted(line.epoch(), line.state()));
        }
        if (here.busy) {
            return new Wait("A start or a stop is at work.");
        }
        Run run = here.vm.run();
        long last = run == null ? 0 : run.n();
        if (order.run() != null && last != order.run()) {
            return new Refused(
                    "The domain was started here since: the order is of a host whose last run was %d, and it is %d."
                            .formatted(order.run(), last));
        }
        if (run != null && run.open() && here.activity == Activity.INACTIVE) {
            return new Wait("A run ended unseen and is to be recovered first.");
        }
        Run after = run == null ? null : run.open() ? run.offline() : run.asVoid();
        Line next = new Line(record, order.epoch(), order.id(), LineState.HELD, null, tip);
        Place at = tip == null ? null : placeOf(tip, here).orElse(null);
        return new Obeyed(here.vm.with(next, at).with(after), null, parked);
    }

    private static Answer live(String record, Order order, World here, @Nullable Line line, @Nullable Line parked) {
        if (here.busy) {
            return new Wait("A start or a stop is at work.");
        }
        if (here.activity == Activity.RECEIVING) {
            return new Wait("The domain is still being received.");
        }
        Run run = here.vm.run();
        if (order.run() != null && (run == null || run.n() != order.run())) {
            return new Refused("The order means run %d of the domain, the last one here is %d."
                    .formatted(order.run(), run == null ? 0 : run.n()));
        }
        boolean open = run != null && run.open();
        if (here.activity == Activity.ACTIVE) {
            if (order.run() != null && !open) {
                return new Refused("The order means run %d, which has ended.".formatted(order.run()));
            }
            return running(record, order, here, parked);
        }
        if (open) {
            return new Wait("A run ended unseen and is to be recovered first.");
        }
        if (order.active() && run != null && run.kind() == RunKind.INCOMING && mayNotHaveCome(run)) {
            // What was active when the order was written has gone, or was still being received: this may be libvirt's
            // blank.
            return new Refused("The migration that run %d was to receive failed, or may have.".formatted(run.n()));
        }
        return stopped(record, order, here, line, parked);
    }

    private static boolean mayNotHaveCome(Run run) {
        return run.how() == Ending.FAILED || run.how() == Ending.LOST;
    }

    /** The domain runs: whatever run it is becomes the line's own, and its end the tip. */
    private static Answer running(String record, Order order, World here, @Nullable Line parked) {
        Run last = here.vm.run();
        Run open = last != null && last.open() ? last : null;
        Run adopted = new Run(
                open != null ? open.n() : last == null ? 1 : last.n() + 1,
                record,
                order.epoch(),
                open == null ? here.boot : open.boot(),
                RunKind.COLD,
                open == null ? null : open.from(),
                true,
                true,
                true,
                null,
                null,
                false);
        Digest tip = adopted.from();
        Line next = new Line(record, order.epoch(), order.id(), LineState.HELD, null, tip);
        Place at = tip == null ? null : placeOf(tip, here).orElse(null);
        Vm vm = here.vm.with(next, at);
        long opened = open == null ? here.now : vm.opened();
        return new Obeyed(new Vm(vm.line(), vm.at(), vm.seq(), adopted, opened), null, parked);
    }

    private static Answer stopped(String record, Order order, World here, @Nullable Line line, @Nullable Line parked) {
        Run run = here.vm.run();
        Place from = null;
        Digest digest = here.lying.whole();
        if (digest == null && run != null) {
            Optional<Entry> last = lastWhole(here, e -> e.run() == run.n());
            digest = last.map(Entry::digest).orElse(null);
            from = last.map(Obey::placeOf).orElse(null);
        }
        // Where nothing ran since, the line of a record that was lost or deleted says the same as one of this record.
        Line was = line == null && run == null ? parked : line;
        Digest tip = was == null ? null : was.tip();
        if (digest == null && tip != null) {
            // Undefined since, or never started: what its line was given, or adopted, is what it has.
            from = placeOf(tip, here).orElse(null);
            digest = from == null ? null : tip;
        }
        if (digest == null && run == null && line == null) {
            // Whoever captured it died before the host file said of which run it is, and then the domain was undefined.
            Optional<Entry> last = lastWhole(here, e -> true);
            digest = last.map(Entry::digest).orElse(null);
            from = last.map(Obey::placeOf).orElse(null);
        }
        boolean missing = digest == null && (run != null || tip != null || here.lying.something());
        Ending left = left(order, run);
        LineState state = left != null ? LineState.LEFT : missing ? LineState.LOST : LineState.HELD;
        Line next = new Line(record, order.epoch(), order.id(), state, left, digest);
        Run after = run == null ? null : run.asVoid();
        if (digest == null) {
            return new Obeyed(here.vm.with(next, null).with(after), null, parked);
        }
        long seq = here.vm.seq() + 1;
        Entry entry =
                new Entry(seq, order.epoch(), record, run == null ? 0 : run.n(), digest, true, true, Trigger.ORDER);
        Vm vm = here.vm.withSeq(seq).with(next, new Place.InEntry(seq)).with(after);
        return new Obeyed(vm, new Capture(from, entry, null), parked);
    }

    private static Optional<Entry> lastWhole(World here, Predicate<Entry> of) {
        return here.entries.stream()
                .filter(e -> e.complete() && e.digest() != null)
                .filter(of)
                .max(Comparator.comparingLong(Entry::seq));
    }

    private static Place placeOf(Entry entry) {
        return new Place.InEntry(entry.seq());
    }

    /** Whether the state may be elsewhere by now, because the last run went away or nobody saw how it ended. */
    private static @Nullable Ending left(Order order, @Nullable Run run) {
        if (run == null) {
            return order.active() ? Ending.UNKNOWN : null;
        }
        boolean mayHaveLeft = run.how() == Ending.MIGRATED || run.how() == Ending.UNKNOWN;
        return mayHaveLeft && !run.voided() ? run.how() : null;
    }

    private static Refused stale(Order order, long epoch) {
        return new Refused("The order is of epoch %d, the line here of epoch %d.".formatted(order.epoch(), epoch));
    }

    static Optional<Place> placeOf(Digest digest, World here) {
        Optional<Place> entry =
                lastWhole(here, e -> Objects.equals(e.digest(), digest)).map(Obey::placeOf);
        return entry.or(
                () -> here.deliveries.contains(digest) ? Optional.of(new Place.InDelivery(digest)) : Optional.empty());
    }
}
