package io.tpmkeeper.agent.host;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.host.Capture;
import io.tpmkeeper.protocol.host.Sweep;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Captures, deliveries and what was set aside. */
public final class Spool {
    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    private final HostPaths paths;
    private final DurableFiles durable;

    public Spool(HostPaths paths, DurableFiles durable) {
        this.paths = paths;
        this.durable = durable;
    }

    /** What is committed, oldest first. An entry whose meta cannot be read is incomplete and without a digest. */
    public List<EntryMeta> entries(String uuid) throws IOException {
        List<EntryMeta> all = new ArrayList<>();
        for (Path entry : numbered(paths.of("spool", uuid))) {
            long seq = Long.parseLong(String.valueOf(entry.getFileName()));
            all.add(meta(entry, seq));
        }
        return all;
    }

    private static EntryMeta meta(Path entry, long seq) throws IOException {
        try {
            EntryMeta meta = EntryMeta.read(Files.readString(entry.resolve("meta")));
            if (meta.entry().seq() == seq) {
                return meta;
            }
            LOG.atWarn().addKeyValue("entry", entry).log("its meta is another entry's");
        } catch (UnreadableException | NoSuchFileException | java.nio.charset.CharacterCodingException e) {
            LOG.atWarn()
                    .addKeyValue("entry", entry)
                    .addKeyValue("reason", UnreadableException.REASON)
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("its meta cannot be read");
        }
        return new EntryMeta(
                new Entry(seq, 0, null, 0, null, false, false, io.tpmkeeper.protocol.Trigger.STOP),
                null,
                new io.tpmkeeper.protocol.hostfile.FileMarks(null, null),
                Files.getLastModifiedTime(entry).toInstant().getEpochSecond(),
                "-");
    }

    /**
     * Makes the entry durable, under the domain's lock.
     *
     * @param xml the domain's, for a person; may be empty
     * @return false if what was found is not what the entry must hold; nothing is left of it then
     * @throws FileAlreadyExistsException if its number is taken: {@link #highest} tells which is free
     */
    public boolean make(String uuid, Capture capture, FoundState found, String xml, long now, String boot)
            throws IOException {
        Entry entry = capture.entry();
        if (entry.digest() != null && !found.is(entry.digest())) {
            return false;
        }
        durable.makeDirectory(paths.of("spool", uuid));
        Path directory = paths.entry(uuid, entry.seq());
        Path made = directory.resolveSibling(directory.getFileName() + ".new");
        if (Files.exists(directory)) {
            throw new FileAlreadyExistsException(directory.toString());
        }
        durable.claimDirectory(made);
        put(made, found);
        durable.create(made.resolve("domain.xml"), xml.getBytes(StandardCharsets.UTF_8));
        EntryMeta meta = new EntryMeta(entry, capture.how(), found.marks(), now, boot);
        durable.create(made.resolve("meta"), meta.text().getBytes(StandardCharsets.UTF_8));
        durable.publishDirectory(made, directory);
        return true;
    }

    /** The highest number that a capture of the domain has or had, an unfinished one included. */
    public long highest(String uuid) throws IOException {
        Path spool = paths.of("spool", uuid);
        if (!Files.isDirectory(spool)) {
            return 0;
        }
        try (Stream<Path> all = Files.list(spool)) {
            return all.map(p -> String.valueOf(p.getFileName()).replaceFirst("\\..*", ""))
                    .filter(n -> n.matches("[0-9]{1,18}"))
                    .mapToLong(Long::parseLong)
                    .max()
                    .orElse(0);
        }
    }

    public void delete(String uuid, long seq) throws IOException {
        durable.deleteTree(paths.entry(uuid, seq));
    }

    /** The states put ready for a start. */
    public List<Digest> deliveries(String uuid) throws IOException {
        List<Digest> all = new ArrayList<>();
        Path deliveries = paths.of("delivery", uuid);
        if (Files.isDirectory(deliveries)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(deliveries)) {
                for (Path each : found) {
                    String name = String.valueOf(each.getFileName());
                    if (name.matches("[0-9a-f]{64}")) {
                        all.add(new Digest(name));
                    }
                }
            }
        }
        all.sort(Comparator.comparing(Digest::hex));
        return all;
    }

    /** Puts a verified state ready; there afterwards means whole and on disk. */
    public void deliver(String uuid, Digest digest, byte @Nullable [] tpm, byte @Nullable [] vars) throws IOException {
        Path directory = paths.of("delivery", uuid).resolve(digest.hex());
        if (Files.isDirectory(directory)) {
            return;
        }
        durable.makeDirectory(Objects.requireNonNull(directory.getParent()));
        Path made = directory.resolveSibling(digest.hex() + ".new");
        durable.deleteTree(made);
        durable.claimDirectory(made);
        put(made, tpm, vars);
        durable.publishDirectory(made, directory);
    }

    public void deleteDelivery(String uuid, Digest digest) throws IOException {
        durable.deleteTree(paths.of("delivery", uuid).resolve(digest.hex()));
    }

    public List<Sweep.Displaced> quarantine(String uuid) throws IOException {
        List<Sweep.Displaced> all = new ArrayList<>();
        for (Path each : numbered(paths.of("quarantine", uuid))) {
            all.add(new Sweep.Displaced(
                    Long.parseLong(String.valueOf(each.getFileName())),
                    Files.getLastModifiedTime(each).toInstant().getEpochSecond()));
        }
        return all;
    }

    public void deleteQuarantine(String uuid, long n) throws IOException {
        durable.deleteTree(paths.of("quarantine", uuid).resolve(Long.toString(n)));
    }

    /** Sets a host file's text aside before another one takes its place. */
    public void park(String uuid, String name, String text, String why) throws IOException {
        Path aside = paths.of("quarantine", uuid);
        durable.makeDirectory(aside);
        long n = numbered(aside).stream()
                        .mapToLong(p -> Long.parseLong(String.valueOf(p.getFileName())))
                        .max()
                        .orElse(0)
                + 1;
        Path made = aside.resolve(n + ".new");
        durable.deleteTree(made);
        durable.claimDirectory(made);
        durable.create(made.resolve(name), text.getBytes(StandardCharsets.UTF_8));
        durable.create(made.resolve("why"), (why + "\n").getBytes(StandardCharsets.UTF_8));
        durable.publishDirectory(made, aside.resolve(Long.toString(n)));
    }

    private void put(Path made, FoundState found) throws IOException {
        put(made, found.tpm().content(), found.vars().content());
    }

    private void put(Path made, byte @Nullable [] tpm, byte @Nullable [] vars) throws IOException {
        Path directory = made.resolve("tpm2");
        durable.claimDirectory(directory);
        if (tpm != null) {
            durable.create(directory.resolve("tpm2-00.permall"), tpm);
        }
        durable.syncDirectory(directory);
        if (vars != null) {
            durable.create(made.resolve("vars"), vars);
        }
    }

    private static List<Path> numbered(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(p -> String.valueOf(p.getFileName()).matches("[1-9][0-9]{0,17}"))
                    .sorted(Comparator.comparingLong(p -> Long.parseLong(String.valueOf(p.getFileName()))))
                    .toList();
        }
    }
}
