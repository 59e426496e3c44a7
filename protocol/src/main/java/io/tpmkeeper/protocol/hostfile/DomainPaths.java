package io.tpmkeeper.protocol.hostfile;

import org.jspecify.annotations.Nullable;

/**
 * {@code domain/<uuid>}: where libvirt keeps the domain's files.
 *
 * @param name libvirt's
 * @param tpm the directory in which {@code tpm2-00.permall} lies; null: the domain has no TPM
 * @param nvram null: it has none
 * @param firmware its code, which is never changed; null: not known
 */
public record DomainPaths(
        String name,
        @Nullable String tpm,
        @Nullable String nvram,
        @Nullable String firmware) {

    public static DomainPaths read(String text) throws UnreadableException {
        KeyValues values = KeyValues.read(text, "name", "tpm", "nvram", "firmware");
        return new DomainPaths(
                values.text("name"), path(values, "tpm"), path(values, "nvram"), path(values, "firmware"));
    }

    private static @Nullable String path(KeyValues values, String key) throws UnreadableException {
        String path = values.textOrNull(key);
        if (path != null && !path.startsWith("/")) {
            throw new UnreadableException(key + " is no absolute path");
        }
        return path;
    }

    public String text() {
        return KeyValues.writer()
                .put("name", name)
                .put("tpm", tpm)
                .put("nvram", nvram)
                .put("firmware", firmware)
                .end();
    }
}
