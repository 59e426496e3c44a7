package io.tpmkeeper.bundle;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Is this swtpm's permanent state of a TPM 2.0? Layout as in swtpm's {@code swtpm_nvstore.c} and {@code tlv.h} and in
 * libtpms' {@code NVMarshal.c}; all numbers big-endian. It finds torn and foreign files, not flipped bits: swtpm itself starts
 * with a flipped byte (measured with 0.7.1), which is why the manifest holds a SHA-256.
 */
public final class PermallCheck {
    private static final int HEADER_BYTES = 10;
    private static final int HEADER_VERSION = 2;
    private static final int FLAG_ENCRYPTED = 1;
    private static final int TLV_HEADER_BYTES = 6;
    private static final int TAG_DATA = 1;
    private static final int TAG_ENCRYPTED_DATA = 2;
    private static final int TAG_HMAC = 3;
    private static final int PERSISTENT_ALL_MAGIC = 0xab364723;
    /** Version, magic, least version that can read it, and the magic once more at the end. */
    private static final int LEAST_PAYLOAD_BYTES = 12;
    /** libtpms' TPM 1.2 state: tag NVSTATE_V1, then tag PERMANENT_DATA. */
    private static final int TPM12_PAYLOAD = 0x0001_0022;
    /** The 64-bit number "swtpmlin", little-endian, as {@code swtpm_nvstore_linear.c} writes it. */
    private static final byte[] LINEAR_MAGIC = "nilmptws".getBytes(StandardCharsets.US_ASCII);

    private PermallCheck() {}

    /**
     * What can be known of a good file.
     *
     * @param encrypted the payload is encrypted and was not looked into; the target needs the same libvirt secret
     * @param payloadVersion libtpms' version of the payload, if it is plain; 4 needs libtpms 0.10 or newer
     */
    public record PermallFacts(boolean encrypted, OptionalInt payloadVersion) {}

    /** Checks a whole file. */
    public static Checked<PermallFacts> check(byte[] file) {
        return Checked.of(() -> parse(file));
    }

    private static PermallFacts parse(byte[] file) throws RefusedException {
        if (file.length == 0) {
            throw new RefusedException(Reason.TPM_EMPTY, "The TPM state file is empty.");
        }
        if (startsWith(file, LINEAR_MAGIC)) {
            throw new RefusedException(
                    Reason.TPM_CONTAINER_NOT_SUPPORTED,
                    "The TPM state is swtpm's one-file container (swtpmlin), not a state directory.");
        }
        if (file.length > FileKind.TPM.maxBytes()) {
            throw new RefusedException(
                    Reason.TPM_TOO_LARGE,
                    "The TPM state file has " + file.length + " bytes, swtpm writes at most " + FileKind.TPM.maxBytes()
                            + ".");
        }
        ByteBuffer in = ByteBuffer.wrap(file);
        int flags = header(in);
        return payload(in, (flags & FLAG_ENCRYPTED) != 0);
    }

    private static int header(ByteBuffer in) throws RefusedException {
        int size = in.remaining();
        byte[] start = {HEADER_VERSION, 1, 0, HEADER_BYTES};
        int seen = Math.min(size, start.length);
        if (size < HEADER_BYTES && Arrays.equals(in.array(), 0, seen, start, 0, seen)) {
            throw new RefusedException(
                    Reason.TPM_TRUNCATED, "The TPM state file ends within its header, after " + size + " bytes.");
        }
        if (size < HEADER_BYTES) {
            throw notPermall(size);
        }
        int version = Byte.toUnsignedInt(in.get());
        int leastVersion = Byte.toUnsignedInt(in.get());
        int headerBytes = Short.toUnsignedInt(in.getShort());
        if (headerBytes != HEADER_BYTES || leastVersion == 0 || leastVersion > version) {
            throw notPermall(size);
        }
        if (version != HEADER_VERSION) {
            throw new RefusedException(
                    Reason.TPM_VERSION_UNKNOWN,
                    "The TPM state file's header has version " + version + ", known is " + HEADER_VERSION + ".");
        }
        int flags = Short.toUnsignedInt(in.getShort());
        long total = Integer.toUnsignedLong(in.getInt());
        if (total > size) {
            throw new RefusedException(
                    Reason.TPM_TRUNCATED, "The TPM state file has " + size + " bytes, its header says " + total + ".");
        }
        if (total < size) {
            throw new RefusedException(
                    Reason.TPM_LENGTH_WRONG,
                    "The TPM state file's header says " + total + " bytes, the file has " + size + ".");
        }
        return flags;
    }

    private static PermallFacts payload(ByteBuffer in, boolean encrypted) throws RefusedException {
        Set<Integer> tags = new HashSet<>();
        ByteBuffer plain = ByteBuffer.allocate(0);
        while (in.hasRemaining()) {
            if (in.remaining() < TLV_HEADER_BYTES) {
                throw broken("its last block is cut");
            }
            int tag = Short.toUnsignedInt(in.getShort());
            long length = Integer.toUnsignedLong(in.getInt());
            if (length > in.remaining()) {
                throw broken("a block is longer than the file");
            }
            if (!tags.add(tag)) {
                throw broken("a block is there twice");
            }
            ByteBuffer value = in.slice(in.position(), (int) length);
            in.position(in.position() + (int) length);
            if (tag == TAG_DATA) {
                plain = value;
            }
        }
        if (encrypted) {
            if (!tags.contains(TAG_ENCRYPTED_DATA) || !tags.contains(TAG_HMAC)) {
                throw broken("it says that it is encrypted and has no encrypted data");
            }
            return new PermallFacts(true, OptionalInt.empty());
        }
        if (!tags.contains(TAG_DATA)) {
            throw broken("it has no data");
        }
        return new PermallFacts(false, OptionalInt.of(plainVersion(plain)));
    }

    private static int plainVersion(ByteBuffer plain) throws RefusedException {
        if (plain.remaining() < LEAST_PAYLOAD_BYTES) {
            throw broken("its data has only " + plain.remaining() + " bytes");
        }
        if (plain.getInt(0) == TPM12_PAYLOAD) {
            throw new RefusedException(Reason.TPM12_NOT_SUPPORTED, "The state is a TPM 1.2's.");
        }
        int version = Short.toUnsignedInt(plain.getShort(0));
        if (plain.getInt(2) != PERSISTENT_ALL_MAGIC) {
            throw broken("its data does not begin as libtpms' TPM 2.0 state does");
        }
        if (version != 3 && version != 4) {
            throw new RefusedException(
                    Reason.TPM_VERSION_UNKNOWN, "libtpms' state has version " + version + ", known are 3 and 4.");
        }
        if (plain.getInt(plain.limit() - Integer.BYTES) != PERSISTENT_ALL_MAGIC) {
            throw broken("its data does not end as libtpms' TPM 2.0 state does");
        }
        return version;
    }

    private static RefusedException notPermall(int size) {
        return new RefusedException(
                Reason.TPM_NOT_PERMALL, "The TPM state file (" + size + " bytes) is not swtpm's permanent state.");
    }

    private static RefusedException broken(String what) {
        return new RefusedException(Reason.TPM_STRUCTURE_BROKEN, "The TPM state file is broken: " + what + ".");
    }

    private static boolean startsWith(byte[] file, byte[] start) {
        return file.length >= start.length && Arrays.equals(file, 0, start.length, start, 0, start.length);
    }
}
