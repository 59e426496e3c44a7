package io.tpmkeeper.protocol.hostfile;

/** {@code answer/<uuid>}: why a start that waits is not served. @param request the start's id. @param message one sentence */
public record Answer(String request, String message) {
    public static Answer read(String text) throws UnreadableException {
        KeyValues values = KeyValues.read(text, "request", "message");
        return new Answer(values.text("request"), values.text("message"));
    }

    public String text() {
        return KeyValues.writer()
                .put("request", request)
                .put("message", message.replace('\n', ' '))
                .end();
    }
}
