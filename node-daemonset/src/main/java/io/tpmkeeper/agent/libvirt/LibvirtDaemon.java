package io.tpmkeeper.agent.libvirt;

import io.tpmkeeper.agent.place.PlaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The process that calls hooks. */
final class LibvirtDaemon {
    private static final Set<String> NAMES = Set.of("libvirtd", "virtqemud");

    private final Path processes;

    /** @param processes /proc */
    LibvirtDaemon(Path processes) {
        this.processes = processes;
    }

    /** SIGHUP: libvirtd notes at its start, and then, whether there are hooks at all (libvirt 9.0, read and measured). */
    void rereadHooks() throws PlaceException {
        ProcessHandle daemon = find().orElseThrow(
                        () -> new PlaceException(
                                "no libvirtd or virtqemud is seen in this mount namespace; make it read its hooks again by: kill -HUP $(pidof libvirtd)"));
        try {
            int exit = new ProcessBuilder("kill", "-HUP", Long.toString(daemon.pid()))
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new PlaceException("libvirtd (process " + daemon.pid() + ") took no signal");
            }
        } catch (IOException e) {
            throw new PlaceException("no signal could be sent", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlaceException("interrupted", e);
        }
    }

    /** Ours is the one that sees the same files: others are in containers or test hosts. */
    private Optional<ProcessHandle> find() throws PlaceException {
        try (Stream<Path> all = Files.list(processes)) {
            Path ours = Files.readSymbolicLink(processes.resolve("self/ns/mnt"));
            List<Path> numbered = all.filter(
                            p -> String.valueOf(p.getFileName()).matches("[0-9]+"))
                    .toList();
            for (Path process : numbered) {
                if (isDaemon(process, ours)) {
                    return ProcessHandle.of(Long.parseLong(String.valueOf(process.getFileName())));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new PlaceException("the processes cannot be read", e);
        }
    }

    private static boolean isDaemon(Path process, Path ours) {
        try {
            return NAMES.contains(Files.readString(process.resolve("comm")).strip())
                    && Files.readSymbolicLink(process.resolve("ns/mnt")).equals(ours);
        } catch (IOException e) {
            // It ended meanwhile.
            return false;
        }
    }
}
