package io.tpmkeeper.bundle;

/** Every refusal of this module. The text is the constant that people see; the second sentence says what to do. */
public enum Reason {
    TPM_EMPTY("TpmEmpty", Advice.HOST_FILE),
    TPM_TOO_LARGE("TpmTooLarge", Advice.HOST_FILE),
    TPM_TRUNCATED("TpmTruncated", Advice.HOST_FILE),
    TPM_LENGTH_WRONG("TpmLengthWrong", Advice.HOST_FILE),
    TPM_NOT_PERMALL("TpmNotPermall", Advice.HOST_FILE),
    TPM_STRUCTURE_BROKEN("TpmStructureBroken", Advice.HOST_FILE),
    TPM_VERSION_UNKNOWN("TpmVersionUnknown", Advice.NEWER_KEEPER),
    TPM12_NOT_SUPPORTED("Tpm12NotSupported", "Give the domain a TPM with <backend type='emulator' version='2.0'/>."),
    TPM_CONTAINER_NOT_SUPPORTED(
            "TpmContainerNotSupported",
            "Keep the TPM in a directory: leave out <source type='file'> in the domain XML."),

    NVRAM_EMPTY("NvramEmpty", Advice.HOST_FILE),
    NVRAM_TOO_LARGE("NvramTooLarge", "Only raw UEFI variable stores of up to 64 MiB are saved."),
    NVRAM_TRUNCATED("NvramTruncated", Advice.HOST_FILE),
    NVRAM_NOT_FIRMWARE_VOLUME("NvramNotFirmwareVolume", Advice.HOST_FILE),
    NVRAM_STORE_UNKNOWN("NvramStoreUnknown", "Use firmware with authenticated variables, as OVMF and AAVMF have them."),
    NVRAM_QCOW2_NOT_SUPPORTED(
            "NvramQcow2NotSupported",
            "Convert it while the domain is off (qemu-img convert -O raw) and set format='raw'."),

    MANIFEST_MISSING("ManifestMissing", Advice.UPLOAD_AGAIN),
    MANIFEST_TOO_LARGE("ManifestTooLarge", Advice.UPLOAD_AGAIN),
    MANIFEST_NOT_JSON("ManifestNotJson", Advice.UPLOAD_AGAIN),
    MANIFEST_FIELD_INVALID("ManifestFieldInvalid", Advice.UPLOAD_AGAIN),
    MANIFEST_FORMAT_UNKNOWN("ManifestFormatUnknown", Advice.NEWER_KEEPER),
    MANIFEST_REQUIRES_UNKNOWN("ManifestRequiresUnknown", Advice.NEWER_KEEPER),

    ARCHIVE_MISSING("ArchiveMissing", Advice.UPLOAD_AGAIN),
    ARCHIVE_UNEXPECTED("ArchiveUnexpected", Advice.UPLOAD_AGAIN),
    ARCHIVE_NOT_ZSTD("ArchiveNotZstd", Advice.UPLOAD_AGAIN),
    ARCHIVE_BROKEN("ArchiveBroken", Advice.UPLOAD_AGAIN),
    ARCHIVE_CONTENT_TOO_LARGE("ArchiveContentTooLarge", Advice.UPLOAD_AGAIN),
    ARCHIVE_ENTRY_NOT_REGULAR("ArchiveEntryNotRegular", Advice.UPLOAD_AGAIN),
    ARCHIVE_ENTRY_NAME_WRONG("ArchiveEntryNameWrong", Advice.UPLOAD_AGAIN),
    ARCHIVE_TRAILING_DATA("ArchiveTrailingData", Advice.UPLOAD_AGAIN),

    INCOMPLETE("Incomplete", "Only complete states are promoted: see which file could not be read on its host."),
    DOMAIN_MISMATCH("DomainMismatch", "It is another VM's state and is not used for this one."),
    SIZE_MISMATCH("SizeMismatch", Advice.UPLOAD_AGAIN),
    SHA256_MISMATCH("Sha256Mismatch", Advice.UPLOAD_AGAIN),
    DIGEST_MISMATCH("DigestMismatch", Advice.UPLOAD_AGAIN),
    TOO_LARGE_FOR_SECRET(
            "TooLargeForSecret",
            "Shrink the VM's UEFI variables (old dbx or boot entries); it stays saved on its host.");

    private final String text;
    private final String whatToDo;

    Reason(String text, String whatToDo) {
        this.text = text;
        this.whatToDo = whatToDo;
    }

    /** The constant, as in conditions and in the documentation. */
    public String text() {
        return text;
    }

    /** One sentence for the person who reads the refusal. */
    public String whatToDo() {
        return whatToDo;
    }

    private static final class Advice {
        private static final String HOST_FILE =
                "It is set aside and the last good generation stays; check the host's disk, start and stop the VM there.";
        private static final String NEWER_KEEPER = "Upgrade TPM Keeper to a version that knows it.";
        private static final String UPLOAD_AGAIN =
                "It is not used; as long as a host holds the state, it is uploaded again.";
    }
}
