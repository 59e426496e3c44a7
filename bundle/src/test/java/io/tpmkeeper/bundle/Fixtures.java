package io.tpmkeeper.bundle;

import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Real, blank state and a capture of it. */
final class Fixtures {
    static final UUID DOMAIN = UUID.fromString("5f0c1a52-7d0e-4b7e-9a59-3f3c5d5f2f10");

    private Fixtures() {}

    static byte[] resource(String name) {
        try (InputStream in = Objects.requireNonNull(Fixtures.class.getResourceAsStream("/" + name), name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String name) {
        return new String(resource(name), StandardCharsets.UTF_8);
    }

    static byte[] permall() {
        return resource("fixtures/permall");
    }

    static byte[] vars(String which) {
        return accepted(KindArchive.unpack(FileKind.NVRAM, resource("fixtures/vars-" + which + ".tar.zst")));
    }

    static Capture capture(byte[] permall, byte[] vars) {
        return new Capture(
                DOMAIN,
                "0b7f5a0e-36a4-4dd2-8f6c-2f1c4c0a9d11",
                new Version(1_789_000_000L, 3),
                Trigger.STOP,
                Optional.of(Ending.SHUTDOWN),
                "worker-7",
                "h-3f9c2a",
                Instant.parse("2026-09-10T08:26:40Z"),
                new TreeMap<>(Map.of("libvirt", "9.0.0", "qemu", "7.2.13", "swtpm", "0.7.1", "libtpms", "0.9.2")),
                Optional.of(new Manifest.Firmware(Optional.of("2022.11-6"), "ab".repeat(32))),
                Set.of(FileKind.TPM, FileKind.NVRAM),
                List.of(
                        new Capture.CapturedFile(FileKind.NVRAM, vars, "0600", Source.FALLBACK),
                        new Capture.CapturedFile(FileKind.TPM, permall, "0600", Source.PRIMARY)));
    }

    static Bundle bundle() {
        return accepted(new BundleWriter().pack(capture(permall(), vars("4m"))));
    }

    static <T> T accepted(Checked<T> checked) {
        return switch (checked) {
            case Checked.Accepted<T>(T value) -> value;
            case Checked.Refused<T>(Refusal refusal) -> throw new AssertionError("refused: " + refusal);
        };
    }

    static Refusal refused(Checked<?> checked) {
        return switch (checked) {
            case Checked.Accepted<?> accepted -> throw new AssertionError("was accepted");
            case Checked.Refused<?>(Refusal refusal) -> refusal;
        };
    }
}
