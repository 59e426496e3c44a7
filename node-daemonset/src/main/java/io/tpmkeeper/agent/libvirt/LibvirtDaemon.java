package io.tpmkeeper.agent.libvirt;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import io.tpmkeeper.agent.place.PlaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The process that calls hooks. The agent may be in a container that sees the host's processes: what it looks at can be read
 * without rights over them.
 */
final class LibvirtDaemon {
    /** The daemons that run QEMU's domains: the monolithic one and the modular one. */
    static final List<String> ALL = List.of("libvirtd", "virtqemud");

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

    /**
     * SIGHUP: both daemons note at their start, and then, whether there are hooks at all (libvirt 9.0, read and measured).
     *
     * @param callers names of the processes that may call hooks, the likeliest first
     */
    void rereadHooks(List<String> callers) throws PlaceException {
        OptionalInt found = OptionalInt.empty();
        for (String name : callers) {
            found = found.isPresent() ? found : find(List.of(name));
        }
        int daemon = found.orElseThrow(
                () -> new PlaceException(
                        "no libvirtd or virtqemud is seen among the host's processes; make it read its hooks again by: kill -HUP $(pidof libvirtd virtqemud)"));
        try {
            Signals.INSTANCE.kill(daemon, Signals.SIGHUP);
        } catch (LastErrorException e) {
            throw new PlaceException("libvirt's daemon (process " + daemon + ") took no signal: " + e.getMessage(), e);
        }
    }

    /** The host's own: those of containers and of test hosts are in process namespaces below it. */
    OptionalInt find(List<String> names) throws PlaceException {
        try (Stream<Path> all = Files.list(processes)) {
            return all.filter(
                            p -> NUMBER.matcher(String.valueOf(p.getFileName())).matches())
                    .filter(p -> isOne(p, names))
                    .mapToInt(p -> Integer.parseInt(String.valueOf(p.getFileName())))
                    .min();
        } catch (IOException e) {
            throw new PlaceException("the processes cannot be read", e);
        }
    }

    private static boolean isOne(Path process, List<String> names) {
        try {
            // The process' number in each namespace, from that of this /proc inwards (proc(5)).
            return names.contains(Files.readString(process.resolve("comm")).strip())
                    && ONE_NAMESPACE
                            .matcher(Files.readString(process.resolve("status")))
                            .find();
        } catch (IOException e) {
            // It ended meanwhile.
            return false;
        }
    }
}
