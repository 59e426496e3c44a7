package io.tpmkeeper.bundle;

import io.tpmkeeper.protocol.Kind;
import java.util.Arrays;
import java.util.Optional;

/**
 * A kind of file that makes a VM's state. The names are ours, whatever the file is called on its host: libvirt keys NVRAM by
 * the domain's name, which may change.
 */
public enum FileKind {
    /** swtpm's permanent state. swtpm itself never writes more than 512 KiB. */
    TPM(Kind.TPM, "tpm2/tpm2-00.permall", "tpm.tar.zst", 512 * 1024),
    /** The UEFI variable store. The largest known, AArch64's, is padded to 64 MiB. */
    NVRAM(Kind.NVRAM, "vars", "nvram.tar.zst", 64 * 1024 * 1024);

    private final Kind kind;
    private final String fileName;
    private final String archiveName;
    private final int maxBytes;

    FileKind(Kind kind, String fileName, String archiveName, int maxBytes) {
        this.kind = kind;
        this.fileName = fileName;
        this.archiveName = archiveName;
        this.maxBytes = maxBytes;
    }

    /** What the protocol calls it. */
    public Kind kind() {
        return kind;
    }

    /** The name in the digest and of the one entry of the archive. */
    public String fileName() {
        return fileName;
    }

    /** The archive's key in a generation Secret. */
    public String archiveName() {
        return archiveName;
    }

    /** The largest raw file that is accepted, in bytes, inclusive. */
    public int maxBytes() {
        return maxBytes;
    }

    /** How a file of this kind is stored. */
    public static FileKind of(Kind kind) {
        return switch (kind) {
            case TPM -> TPM;
            case NVRAM -> NVRAM;
        };
    }

    static Optional<FileKind> named(String name) {
        return Arrays.stream(values()).filter(kind -> kind.name().equals(name)).findFirst();
    }
}
