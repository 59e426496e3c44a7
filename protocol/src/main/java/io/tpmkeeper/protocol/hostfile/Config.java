package io.tpmkeeper.protocol.hostfile;

/** {@code config}: what the hook is told. @param waitSeconds how long a start waits for an answer */
public record Config(long waitSeconds) {
    /** What holds where there is no such file. */
    public static final Config DEFAULT = new Config(20);

    public static Config read(String text) throws UnreadableException {
        return new Config(KeyValues.read(text, "wait").number("wait"));
    }

    public String text() {
        return KeyValues.writer().put("wait", waitSeconds).end();
    }
}
