package io.tpmkeeper.agent.libvirt;

import io.tpmkeeper.agent.place.PlaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What there is of domains on the host when no libvirt can be asked. */
final class Traces {
    private final LibvirtPaths paths;
    private final LibvirtDaemon daemon;

    Traces(LibvirtPaths paths, LibvirtDaemon daemon) {
        this.paths = paths;
        this.daemon = daemon;
    }

    /**
     * Whether there is none: no daemon, no definition, no note of a running domain, no TPM state or NVRAM. Then "no domain is here"
     * is the truth, and the cluster need not wait for a libvirt that will never come.
     */
    boolean none() throws PlaceException {
        return daemon.find(LibvirtDaemon.ALL).isEmpty() && noneOfDomains();
    }

    /** The same where a daemon runs that knows nothing of QEMU's domains. */
    boolean noneOfDomains() throws PlaceException {
        return isWithout(paths.definitions(), Traces::isXml)
                && isWithout(paths.run().resolve("qemu"), Traces::isXml)
                && isWithout(paths.swtpm(), any -> true)
                && isWithout(paths.nvram(), any -> true);
    }

    private static boolean isXml(Path file) {
        return file.toString().endsWith(".xml");
    }

    private static boolean isWithout(Path directory, Predicate<Path> such) throws PlaceException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.noneMatch(such);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return true;
        } catch (IOException e) {
            throw new PlaceException(directory + " cannot be read: " + e.getMessage(), e);
        }
    }
}
