package io.tpmkeeper.bundle;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a generation says of itself, format 1. {@link ManifestJson} writes and reads it.
 *
 * @param domain the libvirt domain's UUID
 * @param recordUid uid of the VmTpmRecord under which it was captured
 * @param version epoch and sequence number of the capture
 * @param digest the state's {@link StateDigest}
 * @param trigger why it was captured
 * @param how how the run ended; absent if it had not
 * @param node the Kubernetes node's name
 * @param hostId the random id of the host's directory; a node made anew under the same name has another
 * @param capturedAt by the host's clock; never used to order states
 * @param software versions on the host by name, for example {@code swtpm} to {@code 0.7.1}; may be empty
 * @param firmware what the VM's firmware was, if it could be read
 * @param kinds the kinds that the domain has; complete means that there is a file for each
 * @param files the files that are there, at most one a kind
 */
public record Manifest(
        UUID domain,
        String recordUid,
        Version version,
        Digest digest,
        Trigger trigger,
        Optional<Ending> how,
        String node,
        String hostId,
        Instant capturedAt,
        SortedMap<String, String> software,
        Optional<Firmware> firmware,
        Set<FileKind> kinds,
        List<StoredFile> files) {

    /** The only format that there is so far. */
    public static final int FORMAT = 1;

    /** Copies and sorts, so that equal manifests are written as equal bytes. */
    public Manifest {
        software = Collections.unmodifiableSortedMap(new TreeMap<>(software));
        kinds = Set.copyOf(kinds);
        files = files.stream().sorted(Comparator.comparing(StoredFile::kind)).toList();
    }

    /**
     * The VM's firmware image.
     *
     * @param version as the distribution names it, if known
     * @param sha256 of the image: a state sealed to PCRs 0 and 2 opens under the same firmware only
     */
    public record Firmware(Optional<String> version, String sha256) {}

    /**
     * One file of the state.
     *
     * @param mode on its host, octal with a leading zero, for example {@code 0600}
     * @param size raw, in bytes
     * @param sha256 of the raw content, 64 lower-case hex digits
     * @param secret the generation Secret in the same namespace that holds its archive; absent: the one with this manifest
     */
    public record StoredFile(
            FileKind kind, String mode, long size, String sha256, Source source, Optional<String> secret) {
        StateDigest.Line line() {
            return new StateDigest.Line(kind, size, sha256);
        }

        private StoredFile lyingIn(Optional<String> secretName) {
            return new StoredFile(kind, mode, size, sha256, source, secretName);
        }
    }

    /** The file of this kind, if it is there. */
    public Optional<StoredFile> file(FileKind kind) {
        return files.stream().filter(file -> file.kind() == kind).findFirst();
    }

    /** Whether there is a file for each kind that the domain has. */
    public boolean complete() {
        return kinds.stream().allMatch(kind -> file(kind).isPresent());
    }

    /** What {@link #digest} must be, by the files' lines. */
    public Digest digestOfFiles() {
        return StateDigest.ofLines(files.stream().map(StoredFile::line).toList());
    }

    /** The same state, the archive of one kind lying in another generation's Secret. */
    public Manifest withArchiveIn(FileKind kind, String secretName) {
        return withFiles(files.stream()
                .map(file -> file.kind() == kind ? file.lyingIn(Optional.of(secretName)) : file)
                .toList());
    }

    /** The same state, all archives lying beside the manifest. */
    Manifest withAllArchivesHere() {
        return withFiles(
                files.stream().map(file -> file.lyingIn(Optional.empty())).toList());
    }

    private Manifest withFiles(List<StoredFile> changed) {
        return new Manifest(
                domain,
                recordUid,
                version,
                digest,
                trigger,
                how,
                node,
                hostId,
                capturedAt,
                software,
                firmware,
                kinds,
                changed);
    }
}
