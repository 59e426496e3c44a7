package io.tpmkeeper.protocol.hostfile;

/** {@code held/<uuid>} below the run directory: a stop that is held. @param since Unix seconds. @param why one sentence */
public record HeldStop(long since, String why) {
    public static HeldStop read(String text) throws UnreadableException {
        KeyValues values = KeyValues.read(text, "since", "why");
        return new HeldStop(values.number("since"), values.text("why"));
    }

    public String text() {
        return KeyValues.writer().put("since", since).put("why", why).end();
    }
}
