package io.tpmkeeper.protocol.hostfile;

import io.tpmkeeper.protocol.Digest;

/** {@code journal/<uuid>}: an install under way. @param tip what is installed */
public record Journal(Place from, Digest tip) {
    public static Journal read(String text) throws UnreadableException {
        KeyValues values = KeyValues.read(text, "from", "tip");
        return new Journal(values.word("from", Place::parse), values.word("tip", Digest::new));
    }

    public String text() {
        return KeyValues.writer().put("from", from).put("tip", tip).end();
    }
}
