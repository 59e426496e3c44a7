package io.tpmkeeper.bundle;

import io.tpmkeeper.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The name of a state: SHA-256 over one line {@code <name> <size> <sha256>\n} for each file, sorted by name. The host hook
 * computes the same with coreutils, so nothing else may go into it.
 */
public final class StateDigest {
    private StateDigest() {}

    /**
     * One file's line.
     *
     * @param size in bytes
     * @param sha256 64 lower-case hex digits
     */
    public record Line(FileKind kind, long size, String sha256) {
        /** The line of a file with this content. */
        public static Line of(FileKind kind, byte[] content) {
            return new Line(kind, content.length, StateDigest.sha256(content));
        }

        private String text() {
            return kind.fileName() + " " + size + " " + sha256 + "\n";
        }
    }

    /** The digest of these files. */
    public static Digest of(Map<FileKind, byte[]> contents) {
        return ofLines(contents.entrySet().stream()
                .map(file -> Line.of(file.getKey(), file.getValue()))
                .toList());
    }

    /** The digest of files of which only the lines are known. */
    public static Digest ofLines(Collection<Line> lines) {
        // Our names are ASCII, so UTF-16 order is the C locale's byte order, which the hook sorts by.
        String text = lines.stream()
                .sorted(Comparator.comparing(line -> line.kind().fileName()))
                .map(Line::text)
                .collect(Collectors.joining());
        return new Digest(sha256(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** SHA-256 as 64 lower-case hex digits. */
    public static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
