package io.tpmkeeper.bundle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Is this a raw UEFI variable store? The firmware volume's header and the variable store's are checked (UEFI PI volume 3,
 * edk2's {@code VariableFormat.h}); all numbers little-endian. A store that is almost wholly erased is good: a new one is.
 */
public final class NvramCheck {
    private static final byte[] QCOW2_MAGIC = {'Q', 'F', 'I', (byte) 0xfb};
    /** EFI_SYSTEM_NV_DATA_FV_GUID, fff12b8d-7696-4c8b-a985-2747075b4f50, as it lies on disk. */
    private static final byte[] NV_DATA_VOLUME = HexFormat.of().parseHex("8d2bf1ff96768b4ca9852747075b4f50");
    /** EFI_AUTHENTICATED_VARIABLE_GUID, aaf32c78-947b-439a-a180-2e144ec37792, as it lies on disk. */
    private static final byte[] AUTHENTICATED_VARIABLES = HexFormat.of().parseHex("782cf3aa7b949a43a1802e144ec37792");

    private static final int VOLUME_GUID_AT = 16;
    private static final int VOLUME_LENGTH_AT = 32;
    private static final int SIGNATURE_AT = 40;
    private static final int SIGNATURE = 0x4856465f; // "_FVH"
    private static final int HEADER_LENGTH_AT = 48;
    /** The fixed part, one block map entry and the entry that ends the map. */
    private static final int LEAST_HEADER_BYTES = 72;

    private static final int STORE_HEADER_BYTES = 28;
    private static final int STORE_SIZE_AT = 16;
    private static final int STORE_FORMAT_AT = 20;
    private static final int STORE_STATE_AT = 21;
    private static final byte STORE_FORMATTED = 0x5a;
    private static final byte STORE_HEALTHY = (byte) 0xfe;

    private NvramCheck() {}

    /**
     * What can be known of a good file.
     *
     * @param volumeBytes the firmware volume's length; the file may be longer (AArch64 pads it to its flash chip's size)
     */
    public record NvramFacts(long volumeBytes) {}

    /** Checks a whole file. */
    public static Checked<NvramFacts> check(byte[] file) {
        return Checked.of(() -> parse(file));
    }

    private static NvramFacts parse(byte[] file) throws RefusedException {
        if (file.length == 0) {
            throw new RefusedException(Reason.NVRAM_EMPTY, "The NVRAM file is empty.");
        }
        if (matches(file, 0, QCOW2_MAGIC)) {
            throw new RefusedException(Reason.NVRAM_QCOW2_NOT_SUPPORTED, "The NVRAM file is a qcow2 image, not raw.");
        }
        if (file.length > FileKind.NVRAM.maxBytes()) {
            throw new RefusedException(
                    Reason.NVRAM_TOO_LARGE,
                    "The NVRAM file has " + file.length + " bytes, at most " + FileKind.NVRAM.maxBytes()
                            + " are accepted.");
        }
        if (!matches(file, VOLUME_GUID_AT, NV_DATA_VOLUME)) {
            throw notVolume(file, "it does not begin as UEFI variables do");
        }
        if (file.length < LEAST_HEADER_BYTES) {
            throw new RefusedException(
                    Reason.NVRAM_TRUNCATED, "The NVRAM file ends within its header, after " + file.length + " bytes.");
        }
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt(SIGNATURE_AT) != SIGNATURE) {
            throw notVolume(file, "the signature _FVH is missing");
        }
        long volumeBytes = in.getLong(VOLUME_LENGTH_AT);
        if (Long.compareUnsigned(volumeBytes, file.length) > 0) {
            throw new RefusedException(
                    Reason.NVRAM_TRUNCATED,
                    "The NVRAM file has " + file.length + " bytes, its header says "
                            + Long.toUnsignedString(volumeBytes) + ".");
        }
        int headerBytes = Short.toUnsignedInt(in.getShort(HEADER_LENGTH_AT));
        if (headerBytes < LEAST_HEADER_BYTES
                || headerBytes % Short.BYTES != 0
                || headerBytes + STORE_HEADER_BYTES > volumeBytes) {
            throw notVolume(file, "its header has an impossible length");
        }
        if (sum16(in, headerBytes) != 0) {
            throw notVolume(file, "its header's checksum is wrong");
        }
        store(file, in, headerBytes, volumeBytes);
        return new NvramFacts(volumeBytes);
    }

    private static void store(byte[] file, ByteBuffer in, int at, long volumeBytes) throws RefusedException {
        if (!matches(file, at, AUTHENTICATED_VARIABLES)) {
            throw new RefusedException(
                    Reason.NVRAM_STORE_UNKNOWN, "The NVRAM file holds no store of authenticated UEFI variables.");
        }
        long storeBytes = Integer.toUnsignedLong(in.getInt(at + STORE_SIZE_AT));
        if (storeBytes < STORE_HEADER_BYTES || at + storeBytes > volumeBytes) {
            throw notVolume(file, "its variable store has an impossible length");
        }
        if (file[at + STORE_FORMAT_AT] != STORE_FORMATTED || file[at + STORE_STATE_AT] != STORE_HEALTHY) {
            throw notVolume(file, "its variable store is not marked formatted and healthy");
        }
    }

    /** The header is right when its 16-bit words, its checksum among them, add up to 0. */
    private static int sum16(ByteBuffer in, int bytes) {
        int sum = 0;
        for (int at = 0; at < bytes; at += Short.BYTES) {
            sum += Short.toUnsignedInt(in.getShort(at));
        }
        return sum & 0xffff;
    }

    private static RefusedException notVolume(byte[] file, String what) {
        return new RefusedException(
                Reason.NVRAM_NOT_FIRMWARE_VOLUME,
                "The NVRAM file (" + file.length + " bytes) is not a UEFI variable volume: " + what + ".");
    }

    private static boolean matches(byte[] file, int at, byte[] expected) {
        return file.length >= at + expected.length
                && Arrays.equals(file, at, at + expected.length, expected, 0, expected.length);
    }
}
