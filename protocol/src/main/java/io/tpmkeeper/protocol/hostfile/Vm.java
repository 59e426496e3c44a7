package io.tpmkeeper.protocol.hostfile;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import org.jspecify.annotations.Nullable;

/**
 * {@code vm/<uuid>}: line and run of a domain, changed together by one rename under the domain's lock.
 *
 * @param at where the tip's content lies; null: not on this host, or the tip is none
 * @param seq the last one used for a capture; none is used twice, deleted captures included
 * @param opened Unix seconds at which the run began; 0 without one
 */
public record Vm(
        @Nullable Line line,
        @Nullable Place at,
        long seq,
        @Nullable Run run,
        long opened) {
    private static final String[] KEYS = {
        "record",
        "epoch",
        "order",
        "line",
        "how",
        "tip",
        "at",
        "seq",
        "run",
        "run-record",
        "run-epoch",
        "run-boot",
        "run-kind",
        "run-from",
        "run-online",
        "run-started",
        "run-state",
        "run-how",
        "run-entry",
        "run-void",
        "run-opened"
    };

    /** What holds where there is no such file. */
    public static final Vm NOTHING = new Vm(null, null, 0, null, 0);

    public Vm with(Line next, @Nullable Place tipAt) {
        return new Vm(next, tipAt, seq, run, opened);
    }

    public Vm with(@Nullable Run next) {
        return new Vm(line, at, seq, next, opened);
    }

    public Vm withSeq(long used) {
        return new Vm(line, at, used, run, opened);
    }

    public @Nullable Digest tip() {
        return line == null ? null : line.tip();
    }

    public static Vm read(String text) throws UnreadableException {
        KeyValues values = KeyValues.read(text, KEYS);
        Line line = line(values);
        Run run = run(values);
        Place at = values.wordOrNull("at", Place::parse);
        if (at != null && (line == null || line.tip() == null)) {
            throw new UnreadableException("at names a place of no tip");
        }
        return new Vm(line, at, values.number("seq"), run, values.number("run-opened"));
    }

    private static @Nullable Line line(KeyValues values) throws UnreadableException {
        Digest tip = values.digest("tip", "none");
        Ending how = values.wordOrNull("how", Ending::ofWord);
        String record = values.textOrNull("record");
        String order = values.textOrNull("order");
        long epoch = values.number("epoch");
        if (values.text("line").equals("none")) {
            if (record != null || order != null || epoch != 0 || tip != null || how != null) {
                throw new UnreadableException("there is no line, and yet something of one");
            }
            return null;
        }
        LineState state = values.word("line", LineState::ofWord);
        if (record == null || order == null || epoch == 0) {
            throw new UnreadableException("a line needs record, order and epoch");
        }
        boolean howFits = state == LineState.LEFT ? how == Ending.MIGRATED || how == Ending.UNKNOWN : how == null;
        if (!howFits) {
            throw new UnreadableException("how does not fit the line");
        }
        return new Line(record, epoch, order, state, how, tip);
    }

    private static @Nullable Run run(KeyValues values) throws UnreadableException {
        long n = values.number("run");
        String boot = values.textOrNull("run-boot");
        RunKind kind = values.wordOrNull("run-kind", RunKind::ofWord);
        String state = values.textOrNull("run-state");
        Ending how = values.wordOrNull("run-how", Ending::ofWord);
        Long entry = values.numberOrNull("run-entry");
        if (n == 0) {
            if (boot != null || kind != null || state != null || how != null || entry != null) {
                throw new UnreadableException("there is no run, and yet something of one");
            }
            return null;
        }
        if (boot == null || kind == null || state == null) {
            throw new UnreadableException("a run needs boot, kind and state");
        }
        boolean open = switch (state) {
            case "Open" -> true;
            case "Closed" -> false;
            default -> throw new UnreadableException("run-state is neither Open nor Closed");
        };
        if (open != (how == null) || (open && entry != null)) {
            throw new UnreadableException("run-how or run-entry does not fit run-state");
        }
        return new Run(
                n,
                values.textOrNull("run-record"),
                values.number("run-epoch"),
                boot,
                kind,
                values.digest("run-from", "none"),
                values.yes("run-online"),
                values.yes("run-started"),
                open,
                how,
                entry,
                values.yes("run-void"));
    }

    public String text() {
        KeyValues.Writer writer = KeyValues.writer();
        if (line == null) {
            writer.put("record", null).put("epoch", 0L).put("order", null).line("line", "none");
            writer.put("how", null).line("tip", "none");
        } else {
            writer.put("record", line.record()).put("epoch", line.epoch()).put("order", line.order());
            writer.put("line", line.state()).put("how", line.how()).line("tip", orNone(line.tip()));
        }
        writer.put("at", at).put("seq", seq);
        if (run == null) {
            writer.put("run", 0L).put("run-record", null).put("run-epoch", 0L).put("run-boot", null);
            writer.put("run-kind", null).line("run-from", "none").put("run-online", false);
            writer.put("run-started", false).put("run-state", null).put("run-how", null);
            writer.put("run-entry", null).put("run-void", false);
        } else {
            writer.put("run", run.n()).put("run-record", run.record()).put("run-epoch", run.epoch());
            writer.put("run-boot", run.boot()).put("run-kind", run.kind()).line("run-from", orNone(run.from()));
            writer.put("run-online", run.online()).put("run-started", run.started());
            writer.put("run-state", run.open() ? "Open" : "Closed").put("run-how", run.how());
            writer.put("run-entry", run.entry()).put("run-void", run.voided());
        }
        return writer.put("run-opened", opened).end();
    }

    private static String orNone(@Nullable Digest digest) {
        return digest == null ? "none" : digest.hex();
    }
}
