package io.tpmkeeper.agent.pass;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** libvirt's own log of a domain, which says that a migration to another host began (libvirt 9.0, measured). */
public final class MigrationLog {
    private static final int TAIL = 1024 * 1024;
    private static final Pattern BEGAN =
            Pattern.compile("(?m)^(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\+0000): initiating migration");
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSXX");

    private final Path logs;

    public MigrationLog(Path logs) {
        this.logs = logs;
    }

    /** @param since Unix seconds at which the run began */
    boolean outgoingMigrationBegan(String domain, long since) throws IOException {
        Path log = logs.resolve(domain + ".log").normalize();
        if (!logs.equals(log.getParent()) || !Files.isRegularFile(log)) {
            return false;
        }
        boolean began = false;
        Matcher matcher = BEGAN.matcher(tail(log));
        while (matcher.find()) {
            began |= isSince(matcher.group(1), since);
        }
        return began;
    }

    private static boolean isSince(String stamp, long since) {
        try {
            return STAMP.parse(stamp, Instant::from).getEpochSecond() >= since;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static String tail(Path log) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - TAIL);
            file.seek(from);
            byte[] content = new byte[(int) (file.length() - from)];
            file.readFully(content);
            return new String(content, StandardCharsets.ISO_8859_1);
        }
    }
}
