package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Kind;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What the generations of one domain need of each other: a file that had not changed lies in the Secret of an older one. One
 * level deep: who is referred to holds the file itself.
 */
public record References(List<Generation> all) {
    /** One that is held already first, so that few are: then the newest. */
    private static final Comparator<Generation> PREFERRED = Comparator.comparing(Generation::kept)
            .thenComparing(Generation::version)
            .thenComparing(Generation::number);

    public References {
        all = List.copyOf(all);
    }

    /** Whether all of it is there, and nothing of it is being deleted. */
    public boolean isWhole(Generation generation) {
        return !generation.deleting() && has(generation, holder -> !holder.deleting());
    }

    /** Whether all of it can still be read: a finalizer may hold what is being deleted. */
    public boolean isReadable(Generation generation) {
        return has(generation, holder -> true);
    }

    private boolean has(Generation generation, Predicate<Generation> counts) {
        return generation.files().entrySet().stream()
                .filter(f -> f.getValue().secret() != null)
                .allMatch(f -> holder(f.getKey(), f.getValue()).filter(counts).isPresent());
    }

    private Optional<Generation> holder(Kind kind, Generation.Part part) {
        return all.stream()
                .filter(g -> g.secret().equals(part.secret()) && g.holds(kind, part.sha256()))
                .findFirst();
    }

    /** The generations that hold something of these, beside themselves. */
    Set<Generation> neededBy(Collection<Generation> these) {
        Set<String> named = these.stream().flatMap(g -> g.refersTo().stream()).collect(Collectors.toSet());
        return all.stream().filter(g -> named.contains(g.secret())).collect(Collectors.toSet());
    }

    /** For each of these files that lies in a Secret of the namespace already, the generation that holds it. */
    SortedMap<Kind, Generation> holding(Map<Kind, Digest> files, String namespace) {
        SortedMap<Kind, Generation> holding = new TreeMap<>();
        files.forEach((kind, sha256) -> all.stream()
                .filter(g -> !g.deleting() && g.namespace().equals(namespace) && g.holds(kind, sha256))
                .max(PREFERRED)
                .ifPresent(g -> holding.put(kind, g)));
        return holding;
    }

    /** The name of a Secret without which this one cannot be read. */
    Optional<String> missing(Generation generation) {
        return generation.files().entrySet().stream()
                .filter(f -> f.getValue().secret() != null
                        && holder(f.getKey(), f.getValue()).isEmpty())
                .map(f -> String.valueOf(f.getValue().secret()))
                .findFirst();
    }
}
