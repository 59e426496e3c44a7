package io.tpmkeeper.agent.host;

import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.Place;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Where everything lies.
 *
 * @param root durable
 * @param run gone after a reboot
 */
public record HostPaths(Path root, Path run) {
    /** The directories in {@code root} that hold one file or directory for each domain. */
    static final List<String> KINDS = List.of(
            "domain",
            "vm",
            "lock",
            "request",
            "answer",
            "refused",
            "spool",
            "delivery",
            "quarantine",
            "journal",
            "reserve");

    /** Those that the hook writes and the agent watches. */
    static final List<String> WATCHED = List.of("vm", "request", "refused", "spool");

    static final List<String> VOLATILE = List.of("held", "accept-live", "incoming", "work");

    public Path identity() {
        return root.resolve("host");
    }

    public Path index() {
        return root.resolve("index");
    }

    public Path config() {
        return root.resolve("config");
    }

    public Path of(String kind, String uuid) {
        return root.resolve(kind).resolve(uuid);
    }

    public Path vm(String uuid) {
        return of("vm", uuid);
    }

    public Path entry(String uuid, long seq) {
        return of("spool", uuid).resolve(Long.toString(seq));
    }

    public Path content(String uuid, Place place) {
        return switch (place) {
            case Place.InEntry(long seq) -> entry(uuid, seq);
            case Place.InDelivery(var digest) -> of("delivery", uuid).resolve(digest.hex());
        };
    }

    /** Where the hook puts second names of a domain's TPM files, on their own filesystem. */
    static Path tpmRescue(Path tpm, String uuid) {
        Path domain = parent(tpm);
        return parent(domain).resolve(".tpm-keeper-rescue").resolve(uuid);
    }

    /** Where the hook keeps a second name of the NVRAM that a run writes. */
    static Path varsRescue(Path nvram, String uuid) {
        return parent(nvram).resolve(".tpm-keeper-rescue").resolve(uuid).resolve("vars");
    }

    /** The directories of both. */
    static List<Path> rescues(DomainPaths domain, String uuid) {
        Stream<Path> tpm = Stream.ofNullable(domain.tpm()).map(t -> tpmRescue(Path.of(t), uuid));
        Stream<Path> vars = Stream.ofNullable(domain.nvram())
                .map(n -> Objects.requireNonNull(varsRescue(Path.of(n), uuid).getParent()));
        return Stream.concat(tpm, vars).distinct().toList();
    }

    static Path permall(DomainPaths paths) {
        if (paths.tpm() == null) {
            throw new IllegalArgumentException("no TPM");
        }
        return Path.of(paths.tpm()).resolve("tpm2-00.permall");
    }

    /** The files of a domain that count, under libvirt's names. */
    public static List<Path> stateFiles(DomainPaths paths) {
        return Stream.concat(
                        Stream.of(permall(paths)),
                        Stream.ofNullable(paths.nvram()).map(Path::of))
                .toList();
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? Path.of("/") : parent;
    }
}
