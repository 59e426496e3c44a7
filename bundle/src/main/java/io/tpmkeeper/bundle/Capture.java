package io.tpmkeeper.bundle;

import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;

/** What the agent knows of a capture that it packs; the fields are {@link Manifest}'s. */
public record Capture(
        UUID domain,
        String recordUid,
        Version version,
        Trigger trigger,
        Optional<Ending> how,
        String node,
        String hostId,
        Instant capturedAt,
        SortedMap<String, String> software,
        Optional<Manifest.Firmware> firmware,
        Set<FileKind> kinds,
        List<CapturedFile> files) {

    /**
     * A file as it was read on the host.
     *
     * @param mode on the host, octal with a leading zero, for example {@code 0600}
     */
    public record CapturedFile(FileKind kind, byte[] content, String mode, Source source) {}
}
