package io.tpmkeeper.agent.libvirt;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import io.tpmkeeper.agent.place.PlaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The process that calls hooks. The agent may be in a container that sees the host's processes: what it looks at can be read
 * without rights over them.
 */
final class LibvirtDaemon {
    private static final Set<String> NAMES = Set.of("libvirtd", "virtqemud");

    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final Pattern ONE_NAMESPACE = Pattern.compile("(?m)^NSpid:\\s+[0-9]+$");

    /** kill(2): Java itself sends no SIGHUP, and the agent's image has no program that does. */
    interface Signals extends Library {
        Signals INSTANCE = Native.load("c", Signals.class);
        int SIGHUP = 1;

        int kill(int pid, int signal) throws LastErrorException;
    }

    private final Path processes;

    /** @param processes /proc */
    LibvirtDaemon(Path processes) {
        this.processes = processes;
    }

    /** SIGHUP: libvirtd notes at its start, and then, whether there are hooks at all (libvirt 9.0, read and measured). */
    void rereadHooks() throws PlaceException {
        int daemon = find().orElseThrow(
                        () -> new PlaceException(
                                "no libvirtd or virtqemud is seen among the host's processes; make it read its hooks again by: kill -HUP $(pidof libvirtd)"));
        try {
            Signals.INSTANCE.kill(daemon, Signals.SIGHUP);
        } catch (LastErrorException e) {
            throw new PlaceException("libvirtd (process " + daemon + ") took no signal: " + e.getMessage(), e);
        }
    }

    /** The host's own: those of containers and of test hosts are in process namespaces below it. */
    OptionalInt find() throws PlaceException {
        try (Stream<Path> all = Files.list(processes)) {
            return all.filter(
                            p -> NUMBER.matcher(String.valueOf(p.getFileName())).matches())
                    .filter(LibvirtDaemon::isDaemon)
                    .mapToInt(p -> Integer.parseInt(String.valueOf(p.getFileName())))
                    .min();
        } catch (IOException e) {
            throw new PlaceException("the processes cannot be read", e);
        }
    }

    private static boolean isDaemon(Path process) {
        try {
            // The process' number in each namespace, from that of this /proc inwards (proc(5)).
            return NAMES.contains(Files.readString(process.resolve("comm")).strip())
                    && ONE_NAMESPACE
                            .matcher(Files.readString(process.resolve("status")))
                            .find();
        } catch (IOException e) {
            // It ended meanwhile.
            return false;
        }
    }
}
