package io.tpmkeeper.protocol.hostfile;

import io.tpmkeeper.protocol.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * {@code refused/<uuid>}: the last start that was refused or only let through, until the next one.
 *
 * @param id the request's
 * @param when Unix seconds
 * @param missing one sentence: what was missing and what to do
 * @param passedBy what let it through; null: it was refused
 * @param consumed whether libvirt's {@code stopped}, which follows a refused start, was seen
 */
public record RefusedStart(
        String id,
        String reason,
        long when,
        String missing,
        @Nullable String passedBy,
        boolean consumed) {

    public Refusal refusal() {
        return new Refusal(id, when, reason, missing, passedBy);
    }

    public static RefusedStart read(String text) throws UnreadableException {
        KeyValues values = KeyValues.read(text, "id", "reason", "when", "missing", "passed-by", "consumed");
        return new RefusedStart(
                values.text("id"),
                values.text("reason"),
                values.number("when"),
                values.text("missing"),
                values.textOrNull("passed-by"),
                values.yes("consumed"));
    }

    public String text() {
        return KeyValues.writer()
                .put("id", id)
                .put("reason", reason)
                .put("when", when)
                .put("missing", missing)
                .put("passed-by", passedBy)
                .put("consumed", consumed)
                .end();
    }
}
