package io.tpmkeeper.protocol.hostfile;

import io.tpmkeeper.protocol.Request;
import io.tpmkeeper.protocol.RunKind;

/**
 * {@code request/<uuid>}: a start that waits in the hook, or a domain that the agent is to look at. The domain's XML follows the
 * last line, as libvirt gave it.
 *
 * @param waitSeconds from {@code since}; 0: nothing waits
 * @param since Unix seconds
 * @param missing one sentence
 * @param xml whatever its owner made of it: only an XML parser may look into it
 */
public record WaitingStart(
        String id, Request.Reason reason, RunKind kind, long waitSeconds, long since, String missing, String xml) {
    private static final String END = "\nend\n";

    public Request request() {
        return new Request(id, reason, since);
    }

    public static WaitingStart read(String text) throws UnreadableException {
        int end = text.indexOf(END);
        if (end < 0) {
            throw new UnreadableException("there is no line \"end\"");
        }
        int body = end + END.length();
        KeyValues values = KeyValues.read(text.substring(0, body), "id", "reason", "kind", "wait", "since", "missing");
        return new WaitingStart(
                values.text("id"),
                values.word("reason", WaitingStart::reason),
                values.word("kind", RunKind::ofWord),
                values.number("wait"),
                values.number("since"),
                values.text("missing"),
                text.substring(body));
    }

    public String text() {
        return KeyValues.writer()
                        .put("id", id)
                        .put("reason", word(reason))
                        .put("kind", kind)
                        .put("wait", waitSeconds)
                        .put("since", since)
                        .put("missing", missing)
                        .end()
                + xml;
    }

    private static Request.Reason reason(String word) {
        return switch (word) {
            case "line" -> Request.Reason.LINE;
            case "content" -> Request.Reason.CONTENT;
            case "domain" -> Request.Reason.DOMAIN;
            default -> throw new IllegalArgumentException(word);
        };
    }

    private static String word(Request.Reason reason) {
        return switch (reason) {
            case LINE -> "line";
            case CONTENT -> "content";
            case DOMAIN -> "domain";
        };
    }
}
