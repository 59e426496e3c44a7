package io.tpmkeeper.bundle;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;

/** Reads a bundle that came from elsewhere: an upload before it is promoted, a delivery before it is installed. */
public final class BundleReader {
    private final ManifestJson manifests = new ManifestJson();

    /**
     * A bundle of which everything was checked.
     *
     * @param contents the raw files by kind
     */
    public record VerifiedBundle(Bundle bundle, Map<FileKind, byte[]> contents) {
        /** Keeps the contents from being added to; the bytes are not copied. */
        public VerifiedBundle {
            Map<FileKind, byte[]> ordered = new EnumMap<>(FileKind.class);
            ordered.putAll(contents);
            contents = Collections.unmodifiableMap(ordered);
        }
    }

    /**
     * The whole check: the manifest parses and is {@code expectedDomain}'s, the state is complete, fits a Secret, has the
     * sizes, SHA-256s and digest that the manifest says, and swtpm and the firmware would know their files.
     *
     * @param data a Secret's data by key, raw; keys that no format names are ignored but count for the size
     * @param referred the archives that lie in other Secrets, by kind, for exactly the files whose manifest entry names one
     */
    public Checked<VerifiedBundle> verify(
            Map<String, byte[]> data, Map<FileKind, byte[]> referred, UUID expectedDomain) {
        return Checked.of(() -> {
            checkBudget(data);
            Manifest manifest = manifest(data, expectedDomain);
            Map<FileKind, byte[]> own = new EnumMap<>(FileKind.class);
            Map<FileKind, byte[]> contents = new EnumMap<>(FileKind.class);
            for (FileKind kind : FileKind.values()) {
                byte[] archive = data.get(kind.archiveName());
                if (archive != null) {
                    own.put(kind, archive);
                }
            }
            checkOnlyNamed(manifest, own);
            for (Manifest.StoredFile file : manifest.files()) {
                contents.put(file.kind(), content(file, file.secret().isPresent() ? referred : own));
            }
            return new VerifiedBundle(new Bundle(manifest, own), contents);
        });
    }

    private Manifest manifest(Map<String, byte[]> data, UUID expectedDomain) throws RefusedException {
        byte[] bytes = data.get(ManifestJson.NAME);
        if (bytes == null) {
            throw new RefusedException(Reason.MANIFEST_MISSING, "There is no " + ManifestJson.NAME + ".");
        }
        Manifest manifest = manifests.read(bytes).orRefuse();
        if (!manifest.domain().equals(expectedDomain)) {
            throw new RefusedException(
                    Reason.DOMAIN_MISMATCH,
                    "The state is of domain " + manifest.domain() + ", expected is " + expectedDomain + ".");
        }
        if (!manifest.complete()) {
            throw new RefusedException(
                    Reason.INCOMPLETE,
                    "The domain has " + manifest.kinds().stream().sorted().toList() + ", the state only "
                            + manifest.files().stream()
                                    .map(Manifest.StoredFile::kind)
                                    .toList() + ".");
        }
        if (!manifest.digest().equals(manifest.digestOfFiles())) {
            throw new RefusedException(
                    Reason.DIGEST_MISMATCH,
                    "The manifest's digest is " + manifest.digest() + ", its files' is " + manifest.digestOfFiles()
                            + ".");
        }
        return manifest;
    }

    private static void checkBudget(Map<String, byte[]> data) throws RefusedException {
        long bytes = data.values().stream().mapToLong(value -> value.length).sum();
        if (bytes > Bundle.MAX_BYTES) {
            throw new RefusedException(
                    Reason.TOO_LARGE_FOR_SECRET,
                    "The packed state has " + bytes + " bytes, a Secret takes " + Bundle.MAX_BYTES + ".");
        }
    }

    private static void checkOnlyNamed(Manifest manifest, Map<FileKind, byte[]> own) throws RefusedException {
        for (FileKind kind : own.keySet()) {
            boolean named =
                    manifest.file(kind).filter(file -> file.secret().isEmpty()).isPresent();
            if (!named) {
                throw new RefusedException(
                        Reason.ARCHIVE_UNEXPECTED, kind.archiveName() + " is there, but the manifest does not say so.");
            }
        }
    }

    private static byte[] content(Manifest.StoredFile file, Map<FileKind, byte[]> archives) throws RefusedException {
        FileKind kind = file.kind();
        byte[] archive = archives.get(kind);
        if (archive == null) {
            throw new RefusedException(
                    Reason.ARCHIVE_MISSING,
                    kind.archiveName() + " is missing"
                            + file.secret()
                                    .map(secret -> " in Secret " + secret)
                                    .orElse("") + ".");
        }
        byte[] content = KindArchive.unpack(kind, archive).orRefuse();
        if (content.length != file.size()) {
            throw new RefusedException(
                    Reason.SIZE_MISMATCH,
                    kind.fileName() + " has " + content.length + " bytes, the manifest says " + file.size() + ".");
        }
        if (!StateDigest.sha256(content).equals(file.sha256())) {
            throw new RefusedException(
                    Reason.SHA256_MISMATCH, kind.fileName() + " does not have the SHA-256 that the manifest says.");
        }
        checkContent(kind, content);
        return content;
    }

    /** Refuses a file that swtpm or the firmware would not know. */
    static void checkContent(FileKind kind, byte[] content) throws RefusedException {
        Checked<?> checked = switch (kind) {
            case TPM -> PermallCheck.check(content);
            case NVRAM -> NvramCheck.check(content);
        };
        if (checked instanceof Checked.Refused<?>(Refusal refusal)) {
            throw new RefusedException(refusal);
        }
    }
}
