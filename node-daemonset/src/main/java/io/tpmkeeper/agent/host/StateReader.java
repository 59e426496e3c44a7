package io.tpmkeeper.agent.host;

import com.sun.jna.LastErrorException;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.host.ChooseSource;
import io.tpmkeeper.protocol.hostfile.FileMark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one file of a domain's state, which others than root may write: follows no link, waits at no FIFO, reads no more than
 * the limit, and believes only what it read twice.
 */
public final class StateReader {
    /** swtpm writes no more than this. */
    public static final int TPM_LIMIT = 512 * 1024;

    /** The largest NVRAM known, AArch64's. */
    public static final int VARS_LIMIT = 64 * 1024 * 1024;

    private static final int ELOOP = 40;
    private static final int ENOENT = 2;
    private static final int ENOTDIR = 20;
    private static final int ENXIO = 6;

    /**
     * A file as it was read.
     *
     * @param content null if it was not, or is not there
     * @param mode octal with a leading zero
     */
    public record Found(ChooseSource.Reading reading, byte @Nullable [] content, String mode) {
        static final Found ABSENT = new Found(ChooseSource.Reading.ABSENT, null, "0600");

        static Found failed(String why) {
            return new Found(ChooseSource.Reading.failed(why), null, "0600");
        }

        public boolean something() {
            return reading.mark() != null || reading.failure() != null;
        }
    }

    /** @param otherName a second name of ours that the file may have; null: none */
    public Found read(Path file, int limit, @Nullable Path otherName) {
        Path parent = file.getParent();
        if (parent != null && Files.isSymbolicLink(parent)) {
            return Found.failed("lies in a directory that is a symbolic link");
        }
        int fd;
        try {
            fd = open(file);
        } catch (LastErrorException e) {
            return switch (e.getErrorCode()) {
                case ENOENT, ENOTDIR -> Found.ABSENT;
                case ELOOP -> Found.failed("is a symbolic link");
                case ENXIO -> Found.failed("is not a regular file");
                default -> Found.failed("cannot be opened (error " + e.getErrorCode() + ")");
            };
        }
        try {
            return readOpen(Path.of("/proc/self/fd/" + fd), limit, otherName);
        } catch (IOException e) {
            return Found.failed("cannot be read (" + e.getClass().getSimpleName() + ")");
        } finally {
            LibC.INSTANCE.close(fd);
        }
    }

    private static int open(Path file) throws LastErrorException {
        return LibC.INSTANCE.open(
                file.toString(), LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC | LibC.noFollow(), 0);
    }

    /** Writes what others wrote into a file, and its name, to disk. One that is not there, or is none of ours, is left alone. */
    public void sync(Path file) throws IOException {
        Path parent = file.getParent();
        for (Path each : parent == null ? List.of(file) : List.of(file, parent)) {
            int fd;
            try {
                fd = open(each);
            } catch (LastErrorException e) {
                continue;
            }
            try {
                LibC.INSTANCE.fsync(fd);
            } catch (LastErrorException e) {
                throw new IOException(each + ": error " + e.getErrorCode(), e);
            } finally {
                LibC.INSTANCE.close(fd);
            }
        }
    }

    private static Found readOpen(Path open, int limit, @Nullable Path otherName) throws IOException {
        Map<String, Object> stat = Files.readAttributes(open, "unix:ino,dev,nlink,size,mode,isRegularFile");
        if (!Boolean.TRUE.equals(stat.get("isRegularFile"))) {
            return Found.failed("is not a regular file");
        }
        int names = ((Number) attribute(stat, "nlink")).intValue();
        if (names > 1 && !(names == 2 && otherName != null && same(stat, otherName))) {
            return Found.failed("has another hard link");
        }
        if (((Number) attribute(stat, "size")).longValue() > limit) {
            return Found.failed("is larger than " + limit + " bytes");
        }
        byte[] first = content(open, limit);
        byte[] second = content(open, limit);
        if (!Arrays.equals(first, second)) {
            return Found.failed("was not read twice the same: something writes it");
        }
        if (first.length > limit) {
            return Found.failed("is larger than " + limit + " bytes");
        }
        String mode = "0%03o".formatted(((Number) attribute(stat, "mode")).intValue() & 0777);
        return new Found(ChooseSource.Reading.of(new FileMark(sha256(first), first.length)), first, mode);
    }

    private static boolean same(Map<String, Object> stat, Path otherName) throws IOException {
        if (!Files.exists(otherName, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Map<String, Object> other = Files.readAttributes(otherName, "unix:ino,dev", LinkOption.NOFOLLOW_LINKS);
        return attribute(stat, "ino").equals(attribute(other, "ino"))
                && attribute(stat, "dev").equals(attribute(other, "dev"));
    }

    private static Object attribute(Map<String, Object> stat, String name) throws IOException {
        Object value = stat.get(name);
        if (value == null) {
            throw new IOException("no attribute " + name);
        }
        return value;
    }

    private static byte[] content(Path open, int limit) throws IOException {
        try (FileChannel channel = FileChannel.open(open, StandardOpenOption.READ)) {
            int size = (int) Math.min(channel.size(), limit) + 1;
            ByteBuffer buffer = ByteBuffer.allocate(size);
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                continue;
            }
            return Arrays.copyOf(buffer.array(), buffer.position());
        }
    }

    static Digest sha256(byte[] content) {
        try {
            return new Digest(HexFormat.of()
                    .formatHex(
                            java.security.MessageDigest.getInstance("SHA-256").digest(content)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
