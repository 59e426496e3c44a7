package io.tpmkeeper.protocol.hostfile;

/** {@code host}: who this host is, and to which cluster it belongs. @param host random, made with the directory */
public record Identity(String host, String cluster) {
    public static Identity read(String text) throws UnreadableException {
        KeyValues values = KeyValues.read(text, "host", "cluster");
        return new Identity(values.text("host"), values.text("cluster"));
    }

    public String text() {
        return KeyValues.writer().put("host", host).put("cluster", cluster).end();
    }
}
