package io.tpmkeeper.bundle;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Packs a capture. */
public final class BundleWriter {
    private final BundleReader reader = new BundleReader();

    /**
     * Packs a capture, and then verifies what it made just as the operator will, so that nothing is uploaded that would be
     * refused there.
     */
    public Checked<Bundle> pack(Capture capture) {
        return Checked.of(() -> {
            Map<FileKind, byte[]> archives = new EnumMap<>(FileKind.class);
            for (Capture.CapturedFile file : capture.files()) {
                BundleReader.checkContent(file.kind(), file.content());
                archives.put(file.kind(), KindArchive.pack(file.kind(), file.content()));
            }
            Bundle bundle = new Bundle(manifest(capture), archives);
            return reader.verify(bundle.toSecretData(), Map.of(), capture.domain())
                    .orRefuse()
                    .bundle();
        });
    }

    private static Manifest manifest(Capture capture) {
        List<Manifest.StoredFile> files = capture.files().stream()
                .map(file -> new Manifest.StoredFile(
                        file.kind(),
                        file.mode(),
                        file.content().length,
                        StateDigest.sha256(file.content()),
                        file.source(),
                        Optional.empty()))
                .toList();
        return new Manifest(
                capture.domain(),
                capture.recordUid(),
                capture.version(),
                StateDigest.ofLines(
                        files.stream().map(Manifest.StoredFile::line).toList()),
                capture.trigger(),
                capture.how(),
                capture.node(),
                capture.hostId(),
                capture.capturedAt(),
                capture.software(),
                capture.firmware(),
                capture.kinds(),
                files);
    }
}
