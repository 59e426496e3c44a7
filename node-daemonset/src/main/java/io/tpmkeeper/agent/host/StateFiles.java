package io.tpmkeeper.agent.host;

import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.Place;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds a domain's state: in its own files, at the end of a run, in an entry, in a delivery. */
public final class StateFiles {
    private final HostPaths paths;
    private final StateReader reader = new StateReader();
    private final DurableFiles durable = new DurableFiles();

    public StateFiles(HostPaths paths) {
        this.paths = paths;
    }

    /** What lies in the domain's own files. */
    public FoundState live(String uuid, DomainPaths domain) {
        return new FoundState(tpm(domain, uuid, false), vars(domain, uuid, false));
    }

    /** What the last run left: what a rescue put aside, and the NVRAM that the run wrote, whatever its name is now. */
    public FoundState end(String uuid, DomainPaths domain, boolean rescued, long run) throws IOException {
        return new FoundState(tpm(domain, uuid, rescued), vars(domain, uuid, !isAnothers(uuid, domain, run)));
    }

    /** Whether what was put aside is the end of another run, and waits for somebody to fetch it. */
    private boolean isAnothers(String uuid, DomainPaths domain, long run) throws IOException {
        if (domain.tpm() == null) {
            return false;
        }
        Path rescue = HostPaths.tpmRescue(Path.of(domain.tpm()), uuid);
        try (DirectoryStream<Path> all = Files.newDirectoryStream(rescue, "ended-*")) {
            for (Path each : all) {
                if (!String.valueOf(each.getFileName()).startsWith("ended-" + run + "-")) {
                    return true;
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return false;
        }
        return false;
    }

    /**
     * Removes the second names that the hook gave what the last run left, once nothing of the domain is to stay: a later domain here would
     * take them for what nobody has saved. What another run put aside stays, and waits for somebody to fetch it.
     */
    public void forgetSecondNames(String uuid, DomainPaths domain, long run) throws IOException {
        if (isAnothers(uuid, domain, run)) {
            return;
        }
        for (Path directory : HostPaths.rescues(domain, uuid)) {
            durable.deleteTree(directory);
        }
    }

    /**
     * What a run that goes on has written so far: one version of each file, both the same before and after they were written to disk.
     * So a power loss afterwards leaves nothing older than what is read here.
     */
    public FoundState running(String uuid, DomainPaths domain, long run) throws IOException {
        FoundState before = end(uuid, domain, false, run);
        try {
            for (Path file : HostPaths.stateFiles(domain)) {
                reader.sync(file);
            }
        } catch (IOException e) {
            return changing("cannot be written to disk (" + FileTrouble.shown(e) + ")");
        }
        FoundState after = end(uuid, domain, false, run);
        return before.marks().equals(after.marks()) ? after : changing("changes while it is read");
    }

    private static FoundState changing(String why) {
        return new FoundState(StateReader.Found.failed(why), StateReader.Found.failed(why));
    }

    public FoundState at(String uuid, Place place) {
        Path directory = paths.content(uuid, place);
        return new FoundState(
                reader.read(directory.resolve("tpm2").resolve("tpm2-00.permall"), StateReader.TPM_LIMIT, null),
                reader.read(directory.resolve("vars"), StateReader.VARS_LIMIT, null));
    }

    /** How the run ended, where the hook saw it and could only put the files aside. */
    public Optional<Ending> rescuedEnding(String uuid, DomainPaths domain, long run) throws IOException {
        if (domain.tpm() == null) {
            return Optional.empty();
        }
        Path rescue = HostPaths.tpmRescue(Path.of(domain.tpm()), uuid);
        String prefix = "ended-" + run + "-";
        try (DirectoryStream<Path> all = Files.newDirectoryStream(rescue, prefix + "*")) {
            for (Path each : all) {
                String name = String.valueOf(each.getFileName());
                return Optional.of(Ending.ofWord(name.substring(prefix.length())));
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private StateReader.Found tpm(DomainPaths domain, String uuid, boolean rescued) {
        if (domain.tpm() == null) {
            return StateReader.Found.ABSENT;
        }
        Path own = HostPaths.permall(domain);
        Path rescue = HostPaths.tpmRescue(Path.of(domain.tpm()), uuid).resolve("tpm2-00.permall");
        return rescued && exists(rescue)
                ? reader.read(rescue, StateReader.TPM_LIMIT, own)
                : reader.read(own, StateReader.TPM_LIMIT, rescue);
    }

    private StateReader.Found vars(DomainPaths domain, String uuid, boolean ofRun) {
        @Nullable String nvram = domain.nvram();
        if (nvram == null) {
            return StateReader.Found.ABSENT;
        }
        Path own = Path.of(nvram);
        Path link = HostPaths.varsRescue(own, uuid);
        return ofRun && exists(link)
                ? reader.read(link, StateReader.VARS_LIMIT, own)
                : reader.read(own, StateReader.VARS_LIMIT, link);
    }

    private static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }
}
