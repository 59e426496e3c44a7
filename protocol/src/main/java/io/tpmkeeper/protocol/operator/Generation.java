package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Kind;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A generation Secret that exists.
 *
 * @param record uid in whose name it was made
 * @param capturedAt RFC 3339, by its host's clock: for people to read
 * @param madeAt RFC 3339, by the API server's clock
 * @param candidate of a run that was not on the line: it never became current
 * @param kept whether it bears the finalizer that keeps it from a deletion by hand
 * @param deleting whether somebody asked for its deletion
 * @param files by their kinds; empty: it was made before generations said so, and holds all of them itself
 */
public record Generation(
        String namespace,
        String secret,
        String record,
        long number,
        Version version,
        Digest digest,
        Trigger trigger,
        String node,
        @Nullable String source,
        String capturedAt,
        String madeAt,
        boolean candidate,
        boolean kept,
        boolean deleting,
        SortedMap<Kind, Part> files) {

    /**
     * One file of the state.
     *
     * @param sha256 of its raw content
     * @param secret of the generation that holds its archive; null: this one does
     */
    public record Part(Digest sha256, @Nullable String secret) {}

    public Generation {
        files = files == null ? Collections.emptySortedMap() : Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /** The Secrets that hold what did not change when it was made. */
    public Set<String> refersTo() {
        return files.values().stream()
                .map(Part::secret)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    /** Whether this very file lies in its own Secret. */
    public boolean holds(Kind kind, Digest sha256) {
        return new Part(sha256, null).equals(files.get(kind));
    }

    /** What it is made of, when all of it lies in one Secret. */
    public static SortedMap<Kind, Part> allHere(Map<Kind, Digest> files) {
        return parts(files, Map.of());
    }

    /** @param elsewhere the Secrets that hold some of them already */
    public static SortedMap<Kind, Part> parts(Map<Kind, Digest> files, Map<Kind, String> elsewhere) {
        SortedMap<Kind, Part> parts = new TreeMap<>();
        files.forEach((kind, sha256) -> parts.put(kind, new Part(sha256, elsewhere.get(kind))));
        return parts;
    }

    /** The same Secret with other marks. */
    public Generation marked(boolean keptNow, boolean deletingNow) {
        return new Generation(
                namespace,
                secret,
                record,
                number,
                version,
                digest,
                trigger,
                node,
                source,
                capturedAt,
                madeAt,
                candidate,
                keptNow,
                deletingNow,
                files);
    }

    /** The same Secret, saying that it is the newest. */
    public Generation newest(Version now) {
        return new Generation(
                namespace,
                secret,
                record,
                number,
                now,
                digest,
                trigger,
                node,
                source,
                capturedAt,
                madeAt,
                false,
                kept,
                deleting,
                files);
    }
}
