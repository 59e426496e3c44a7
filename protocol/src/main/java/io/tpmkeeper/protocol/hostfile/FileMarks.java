package io.tpmkeeper.protocol.hostfile;

import io.tpmkeeper.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The files of one state that count, by their content. @param tpm null: not there. @param vars the NVRAM; null: not there */
public record FileMarks(@Nullable FileMark tpm, @Nullable FileMark vars) {
    /** The names under which they count, whatever the files are called on their host. */
    public static final String TPM = "tpm2/tpm2-00.permall";

    public static final String VARS = "vars";

    /** The state's name; null where nothing is there. */
    public @Nullable Digest digest() {
        if (tpm == null && vars == null) {
            return null;
        }
        String list = line(TPM, tpm) + line(VARS, vars);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(list.getBytes(StandardCharsets.US_ASCII));
            return new Digest(HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String line(String name, @Nullable FileMark mark) {
        return mark == null
                ? ""
                : name + " " + mark.size() + " " + mark.sha256().hex() + "\n";
    }
}
