package io.tpmkeeper.agent.host;

import io.tpmkeeper.protocol.hostfile.Answer;
import io.tpmkeeper.protocol.hostfile.Config;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.DomainUuid;
import io.tpmkeeper.protocol.hostfile.HeldStop;
import io.tpmkeeper.protocol.hostfile.Identity;
import io.tpmkeeper.protocol.hostfile.Index;
import io.tpmkeeper.protocol.hostfile.RefusedStart;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.Vm;
import io.tpmkeeper.protocol.hostfile.WaitingStart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The small files: read strictly, written durably, and only when they change. */
public final class HostFiles {
    private static final Set<PosixFilePermission> OURS_ALONE = PosixFilePermissions.fromString("rwx------");

    private final HostPaths paths;
    private final DurableFiles durable;

    public HostFiles(HostPaths paths, DurableFiles durable) {
        this.paths = paths;
        this.durable = durable;
    }

    /** Makes the directories that are missing. */
    public void prepare() throws IOException {
        durable.makeDirectory(paths.root());
        Files.createDirectories(paths.run());
        for (Path directory : List.of(paths.root(), paths.run())) {
            // A kubelet that made it for the agent's container made it for everybody to look into.
            if (!Files.getPosixFilePermissions(directory).equals(OURS_ALONE)) {
                Files.setPosixFilePermissions(directory, OURS_ALONE);
            }
        }
        for (String kind : HostPaths.KINDS) {
            durable.makeDirectory(paths.root().resolve(kind));
        }
        for (String kind : HostPaths.VOLATILE) {
            Files.createDirectories(paths.run().resolve(kind));
        }
    }

    private interface Reader<T> {
        T read(String text) throws UnreadableException;
    }

    private static <T> Optional<T> read(Path file, Reader<T> reader) throws IOException, UnreadableException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (java.nio.charset.CharacterCodingException e) {
            throw new UnreadableException(file + ": is no UTF-8");
        }
        try {
            return Optional.of(reader.read(text));
        } catch (UnreadableException e) {
            throw new UnreadableException(file + ": " + e.getMessage());
        }
    }

    private void put(Path file, String text) throws IOException {
        if (!Files.exists(file)
                || !Files.readString(file, StandardCharsets.ISO_8859_1)
                        .equals(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))) {
            durable.write(file, text);
        }
    }

    public Optional<Identity> identity() throws IOException, UnreadableException {
        return read(paths.identity(), Identity::read);
    }

    public void put(Identity identity) throws IOException {
        put(paths.identity(), identity.text());
    }

    public Optional<Index> index() throws IOException, UnreadableException {
        return read(paths.index(), Index::read);
    }

    public void put(Index index) throws IOException {
        put(paths.index(), index.text());
    }

    public void put(Config config) throws IOException {
        put(paths.config(), config.text());
    }

    public Optional<DomainPaths> domain(String uuid) throws IOException, UnreadableException {
        return read(paths.of("domain", uuid), DomainPaths::read);
    }

    public void put(String uuid, DomainPaths domain) throws IOException {
        put(paths.of("domain", uuid), domain.text());
    }

    /** Line and run; {@link Vm#NOTHING} where there is no file. */
    public Vm vm(String uuid) throws IOException, UnreadableException {
        return read(paths.vm(uuid), Vm::read).orElse(Vm.NOTHING);
    }

    /** To be called under the domain's lock; on disk when it returns. */
    public void put(String uuid, Vm vm) throws IOException {
        put(paths.vm(uuid), vm.text());
    }

    public Optional<WaitingStart> request(String uuid) throws IOException, UnreadableException {
        return read(paths.of("request", uuid), WaitingStart::read);
    }

    public Optional<RefusedStart> refused(String uuid) throws IOException, UnreadableException {
        return read(paths.of("refused", uuid), RefusedStart::read);
    }

    /** A stop that the hook holds, since nothing of it can be saved. */
    public Optional<HeldStop> held(String uuid) throws IOException, UnreadableException {
        return read(paths.run().resolve("held").resolve(uuid), HeldStop::read);
    }

    public void put(String uuid, Answer answer) throws IOException {
        put(paths.of("answer", uuid), answer.text());
    }

    public void delete(String kind, String uuid) throws IOException {
        durable.delete(paths.of(kind, uuid));
    }

    public void deleteTree(String kind, String uuid) throws IOException {
        durable.deleteTree(paths.of(kind, uuid));
    }

    /** The domains of which there is a file or directory of this kind. */
    public SortedSet<String> domainsWith(String kind) throws IOException {
        SortedSet<String> uuids = new TreeSet<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(paths.root().resolve(kind))) {
            for (Path each : all) {
                String name = String.valueOf(each.getFileName());
                if (DomainUuid.isOne(name)) {
                    uuids.add(name);
                }
            }
        }
        return uuids;
    }

    /** The directories that nothing can be written to, as the kernel says; each may be a filesystem of its own. */
    public List<Path> readOnly() {
        return Stream.concat(
                        Stream.of(paths.root()),
                        HostPaths.KINDS.stream().map(kind -> paths.root().resolve(kind)))
                .filter(directory -> !Files.isWritable(directory))
                .toList();
    }

    public long freeBytes() throws IOException {
        return Files.getFileStore(paths.root()).getUsableSpace();
    }

    public static String bootId() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).trim();
    }
}
