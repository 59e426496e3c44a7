package io.tpmkeeper.agent.hook;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** File contents by the names under which tests speak of them: {@code tpm A}, {@code torn A}, {@code vars A}, {@code empty}. */
final class Contents {
    private Contents() {}

    static byte[] bytes(String name) {
        String[] words = name.split(" ", -1);
        return switch (words[0]) {
            case "empty" -> new byte[0];
            case "vars" -> ("NVRAM " + words[1]).repeat(20).getBytes(StandardCharsets.US_ASCII);
            case "tpm" -> permall(words[1], 0);
            // What a power loss leaves of a file that was never fsynced: shorter than its header says.
            case "torn" -> permall(words[1], 7);
            case "zeros" -> new byte[Integer.parseInt(words[1])];
            case "text" -> (name.substring(5) + "\n").getBytes(StandardCharsets.UTF_8);
            default -> throw new IllegalArgumentException("no such content: " + name);
        };
    }

    /** A TPM state with the header that swtpm writes. */
    private static byte[] permall(String name, int missing) {
        byte[] payload = ("TPM state " + name).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer file = ByteBuffer.allocate(10 + payload.length);
        file.put((byte) 2).put((byte) 1).putShort((short) 10).putShort((short) 0);
        file.putInt(10 + payload.length + missing);
        return file.put(payload).array();
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** {@code <sha256> <size>}. */
    static String mark(String name) {
        byte[] bytes = bytes(name);
        return sha256(bytes) + " " + bytes.length;
    }

    /** The digest of a state, spelt out here a second time on purpose. {@code -} for a file that is not there. */
    static String digest(String tpm, String vars) {
        String lines = line("tpm2/tpm2-00.permall", tpm) + line("vars", vars);
        return sha256(lines.getBytes(StandardCharsets.US_ASCII));
    }

    private static String line(String file, String name) {
        if (name.equals("-")) {
            return "";
        }
        byte[] bytes = bytes(name);
        return file + " " + bytes.length + " " + sha256(bytes) + "\n";
    }
}
