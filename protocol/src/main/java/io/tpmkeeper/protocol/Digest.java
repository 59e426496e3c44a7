package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * Names a state by its content: SHA-256, 64 lower-case hexadecimal digits, over one line {@code <name> <size> <sha256>} for
 * each file that counts, sorted by name. What counts: {@code tpm2/tpm2-00.permall} for the TPM, {@code vars} for the NVRAM.
 */
public record Digest(@JsonValue String hex) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    /** @throws IllegalArgumentException if it is not 64 lower-case hexadecimal digits */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Digest {
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException("not a SHA-256 in lower-case hex: " + hex);
        }
    }

    /** The first 12 digits: for names and messages, never for a comparison. */
    public String brief() {
        return hex.substring(0, 12);
    }

    @Override
    public String toString() {
        return hex;
    }
}
