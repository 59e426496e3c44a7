package io.tpmkeeper.agent.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Writes that are whole and on disk when they return: {@code <name>.new}, fsync, rename, fsync of the directory. */
public final class DurableFiles {
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    public void write(Path file, String text) throws IOException {
        Path made = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(made);
        create(made, text.getBytes(StandardCharsets.UTF_8));
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(parent(file));
    }

    /** A new file with this content, fsynced; its name is not. */
    public void create(Path file, byte[] content) throws IOException {
        try (var out = Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE_FILE)) {
            var buffer = java.nio.ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
            ((FileChannel) out).force(true);
        }
    }

    public void makeDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, PRIVATE_DIRECTORY);
            syncDirectory(parent(directory));
        }
    }

    /** Fails if it is there: its making is a claim. */
    public void claimDirectory(Path directory) throws IOException {
        Files.createDirectory(directory, PRIVATE_DIRECTORY);
    }

    /** A directory whose files are fsynced gets its name. */
    public void publishDirectory(Path made, Path directory) throws IOException {
        syncDirectory(made);
        Files.move(made, directory, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(parent(directory));
    }

    public void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            syncDirectory(parent(file));
        }
    }

    /** Deletes a directory and what is in it, following no link. Its name goes first, so that no half of it is ever seen. */
    public void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        String name = Objects.toString(directory.getFileName());
        Path gone = name.endsWith(".new") ? directory : directory.resolveSibling(name + ".gone.new");
        if (!gone.equals(directory)) {
            deleteTree(gone);
            Files.move(directory, gone, StandardCopyOption.ATOMIC_MOVE);
            syncDirectory(parent(directory));
        }
        try (Stream<Path> all = Files.walk(gone)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (NoSuchFileException e) {
            // The hook clears unfinished captures, too.
            return;
        }
        syncDirectory(parent(directory));
    }

    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }
}
