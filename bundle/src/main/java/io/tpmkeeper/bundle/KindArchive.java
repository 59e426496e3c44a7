package io.tpmkeeper.bundle;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** A tar of exactly one file of one kind, compressed as exactly one zstd frame that declares its size. */
public final class KindArchive {
    // Small states, written once and kept in etcd: the densest level without huge windows. 64 MiB of padding take 0.2
    // s.
    private static final int ZSTD_LEVEL = 19;
    private static final int MODE = 0600;
    private static final int TAR_BLOCK = 512;
    private static final int TAR_RECORD = 10240;
    private static final int TYPE_FLAG_AT = 156;

    private KindArchive() {}

    /** Packs a file. Equal content gives equal bytes, with the same version of zstd. */
    public static byte[] pack(FileKind kind, byte[] content) {
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            return zstd.setLevel(ZSTD_LEVEL)
                    .setContentSize(true)
                    .setChecksum(true)
                    .compress(tar(kind, content));
        }
    }

    private static byte[] tar(FileKind kind, byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length + 2 * TAR_RECORD);
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, TAR_RECORD)) {
            TarArchiveEntry entry = new TarArchiveEntry(kind.fileName());
            entry.setSize(content.length);
            entry.setMode(MODE);
            entry.setModTime(0);
            entry.setIds(0, 0);
            entry.setNames("", "");
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory does no I/O", e);
        }
        return bytes.toByteArray();
    }

    /** Unpacks an archive that came from elsewhere: the raw file, at most {@link FileKind#maxBytes}. */
    public static Checked<byte[]> unpack(FileKind kind, byte[] archive) {
        return Checked.of(() -> entry(kind, decompress(kind, archive)));
    }

    /** Decompresses in one step into a buffer of the declared size, so neither a bomb nor a huge window costs more. */
    private static byte[] decompress(FileKind kind, byte[] archive) throws RefusedException {
        long frame = frameBytes(archive)
                .orElseThrow(() -> new RefusedException(
                        Reason.ARCHIVE_NOT_ZSTD,
                        kind.archiveName() + " (" + archive.length + " bytes) is not a whole zstd frame."));
        if (frame != archive.length) {
            throw new RefusedException(
                    Reason.ARCHIVE_TRAILING_DATA,
                    kind.archiveName() + " has " + archive.length + " bytes, its zstd frame ends after " + frame + ".");
        }
        long declared = Zstd.getFrameContentSize(archive);
        long most = tarBytes(kind.maxBytes());
        if (declared > most) {
            throw new RefusedException(
                    Reason.ARCHIVE_CONTENT_TOO_LARGE,
                    kind.archiveName() + " declares " + declared + " bytes, at most " + most + " are unpacked.");
        }
        if (declared <= 0) {
            throw broken(kind, "does not declare its size");
        }
        byte[] tar = new byte[(int) declared];
        try {
            if (Zstd.decompress(tar, archive) == declared) {
                return tar;
            }
        } catch (ZstdException e) {
            throw broken(kind, "cannot be decompressed");
        }
        throw broken(kind, "cannot be decompressed to the size that it declares");
    }

    private static OptionalLong frameBytes(byte[] archive) {
        if (archive.length == 0) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Zstd.findFrameCompressedSize(archive));
        } catch (ZstdException e) {
            return OptionalLong.empty();
        }
    }

    private static byte[] entry(FileKind kind, byte[] tar) throws RefusedException {
        if (tar.length < TAR_BLOCK) {
            throw broken(kind, "holds no tar");
        }
        // Looked at before the tar library is: links, devices, directories and every extension header (long names,
        // sparse files, pax) have another type, so the library only ever sees one plain header.
        if (tar[TYPE_FLAG_AT] != TarConstants.LF_NORMAL) {
            throw new RefusedException(
                    Reason.ARCHIVE_ENTRY_NOT_REGULAR,
                    kind.archiveName() + " begins with something other than a plain regular file.");
        }
        TarArchiveEntry entry = header(tar).orElseThrow(() -> broken(kind, "has a broken tar header"));
        if (!entry.getName().equals(kind.fileName())) {
            throw new RefusedException(
                    Reason.ARCHIVE_ENTRY_NAME_WRONG,
                    kind.archiveName() + " does not hold " + kind.fileName() + " but another name.");
        }
        if (entry.getSize() > kind.maxBytes()) {
            throw new RefusedException(
                    Reason.ARCHIVE_CONTENT_TOO_LARGE,
                    kind.archiveName() + " declares a file of " + entry.getSize() + " bytes, at most " + kind.maxBytes()
                            + " are unpacked.");
        }
        int size = (int) entry.getSize();
        if (size < 0 || tar.length < TAR_BLOCK + padded(size) + 2 * TAR_BLOCK) {
            throw broken(kind, "ends before its tar does");
        }
        for (int at = TAR_BLOCK + size; at < tar.length; at++) {
            if (tar[at] != 0) {
                throw new RefusedException(
                        Reason.ARCHIVE_TRAILING_DATA, kind.archiveName() + " holds more than its one file.");
            }
        }
        return Arrays.copyOfRange(tar, TAR_BLOCK, TAR_BLOCK + size);
    }

    // The library answers a hostile header with several kinds of exception, unchecked ones among them.
    private static Optional<TarArchiveEntry> header(byte[] tar) {
        try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(tar))) {
            return Optional.ofNullable(in.getNextEntry()).filter(TarArchiveEntry::isCheckSumOK);
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static int padded(int size) {
        return Math.ceilDiv(size, TAR_BLOCK) * TAR_BLOCK;
    }

    private static long tarBytes(int size) {
        return (long) Math.ceilDiv(TAR_BLOCK + padded(size) + 2 * TAR_BLOCK, TAR_RECORD) * TAR_RECORD;
    }

    private static RefusedException broken(FileKind kind, String what) {
        return new RefusedException(Reason.ARCHIVE_BROKEN, kind.archiveName() + " " + what + ".");
    }
}
