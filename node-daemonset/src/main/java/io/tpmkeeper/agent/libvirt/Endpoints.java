package io.tpmkeeper.agent.libvirt;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where to reach the daemon that runs QEMU's domains: virtqemud, the modular one, or libvirtd. libvirt's own library takes
 * virtqemud's socket if it is there (9.0, measured), also one that a killed daemon left behind; here the other is tried then, it is
 * plain when there is none at all, and the process that calls hooks is known.
 */
final class Endpoints {
    /** The URI that means: whichever daemon is there. */
    static final String SYSTEM = "qemu:///system";

    private static final String MODULAR = "virtqemud-sock";
    private static final String MONOLITHIC = "libvirt-sock";

    private final String uri;
    private final Path run;

    /** @param uri what was asked for; anything but {@link #SYSTEM} is taken word for word */
    Endpoints(String uri, Path run) {
        this.uri = uri;
        this.run = run;
    }

    /** @param hookCallers names of the processes that call hooks for it, the likeliest first */
    record Endpoint(String uri, List<String> hookCallers) {}

    /** Those that are there, the one to try first first. Both are while a host changes from one to the other. */
    List<Endpoint> present() {
        if (!uri.equals(SYSTEM)) {
            return List.of(new Endpoint(uri, LibvirtDaemon.ALL));
        }
        List<Endpoint> all = new ArrayList<>();
        if (Files.exists(run.resolve(MODULAR))) {
            all.add(new Endpoint(at(MODULAR), List.of("virtqemud")));
        }
        if (Files.exists(run.resolve(MONOLITHIC))) {
            // Where daemons are modular, it is a proxy's.
            all.add(new Endpoint(at(MONOLITHIC), List.of("libvirtd", "virtqemud")));
        }
        return all;
    }

    private String at(String socket) {
        return "qemu+unix:///system?socket=" + run.resolve(socket);
    }

    /** Where the sockets would be, for a person. */
    String where() {
        return run.resolve(MODULAR) + " or " + run.resolve(MONOLITHIC);
    }
}
