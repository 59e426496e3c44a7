package io.tpmkeeper.bundle;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A generation as it is stored: the manifest, and the archives that lie in the same Secret. The archives' bytes are not copied
 * and must not be changed.
 */
public record Bundle(Manifest manifest, Map<FileKind, byte[]> archives) {
    /**
     * Most bytes of manifest and archives together, raw. A Secret holds 1 MiB of decoded data; the rest is left for the
     * object's own fields.
     */
    public static final int MAX_BYTES = 1_000_000;

    /** Keeps the archives in the order of their kinds. */
    public Bundle {
        Map<FileKind, byte[]> ordered = new EnumMap<>(FileKind.class);
        ordered.putAll(archives);
        archives = Collections.unmodifiableMap(ordered);
    }

    /** The data of the Secret that holds this bundle, by key; raw, before base64. */
    public Map<String, byte[]> toSecretData() {
        Map<String, byte[]> data = new LinkedHashMap<>();
        data.put(ManifestJson.NAME, new ManifestJson().write(manifest));
        archives.forEach((kind, archive) -> data.put(kind.archiveName(), archive));
        return data;
    }

    /** The same generation without this kind's archive, which {@code secretName} in the same namespace holds already. */
    public Bundle withArchiveIn(FileKind kind, String secretName) {
        Map<FileKind, byte[]> rest = new EnumMap<>(FileKind.class);
        rest.putAll(archives);
        rest.remove(kind);
        return new Bundle(manifest.withArchiveIn(kind, secretName), rest);
    }

    /** The same generation with the archives beside it that lie in other Secrets. @param referred those, by kind */
    public Bundle whole(Map<FileKind, byte[]> referred) {
        Map<FileKind, byte[]> all = new EnumMap<>(FileKind.class);
        all.putAll(archives);
        all.putAll(referred);
        return new Bundle(manifest.withAllArchivesHere(), all);
    }

    /** Manifest and archives together, in bytes, raw. */
    public int bytes() {
        return toSecretData().values().stream().mapToInt(value -> value.length).sum();
    }
}
