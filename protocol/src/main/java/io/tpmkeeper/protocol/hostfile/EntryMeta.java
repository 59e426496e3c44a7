package io.tpmkeeper.protocol.hostfile;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Trigger;
import org.jspecify.annotations.Nullable;

/**
 * {@code meta} of a capture in the spool.
 *
 * @param how the run ended, if the capture is its end
 * @param files what was captured; of each kind null: it was not there or not read equal twice
 * @param captured Unix seconds
 * @param boot the host's boot id
 */
public record EntryMeta(Entry entry, @Nullable Ending how, FileMarks files, long captured, String boot) {
    private static final String[] KEYS = {
        "record",
        "epoch",
        "seq",
        "run",
        "online",
        "complete",
        "trigger",
        "how",
        "digest",
        "tpm",
        "vars",
        "captured",
        "boot"
    };

    public static EntryMeta read(String text) throws UnreadableException {
        KeyValues values = KeyValues.read(text, KEYS);
        FileMarks files =
                new FileMarks(values.wordOrNull("tpm", FileMark::parse), values.wordOrNull("vars", FileMark::parse));
        Digest digest = values.digest("digest", "-");
        boolean complete = values.yes("complete");
        boolean named = digest == null ? !complete : digest.equals(files.digest());
        if (!named) {
            throw new UnreadableException("digest is not that of the files");
        }
        Entry entry = new Entry(
                values.number("seq"),
                values.number("epoch"),
                values.textOrNull("record"),
                values.number("run"),
                digest,
                complete,
                values.yes("online"),
                values.word("trigger", Trigger::ofWord));
        return new EntryMeta(
                entry, values.wordOrNull("how", Ending::ofWord), files, values.number("captured"), values.text("boot"));
    }

    public String text() {
        return KeyValues.writer()
                .put("record", entry.record())
                .put("epoch", entry.epoch())
                .put("seq", entry.seq())
                .put("run", entry.run())
                .put("online", entry.online())
                .put("complete", entry.complete())
                .put("trigger", entry.trigger())
                .put("how", how)
                .put("digest", entry.digest())
                .put("tpm", files.tpm())
                .put("vars", files.vars())
                .put("captured", captured)
                .put("boot", boot)
                .end();
    }
}
