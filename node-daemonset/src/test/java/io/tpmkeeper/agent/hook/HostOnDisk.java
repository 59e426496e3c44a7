package io.tpmkeeper.agent.hook;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Request.Reason;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.hook.FileState;
import io.tpmkeeper.protocol.hook.HookHost;
import io.tpmkeeper.protocol.hook.HookHost.AcceptLive;
import io.tpmkeeper.protocol.hook.HookHost.Captured;
import io.tpmkeeper.protocol.hook.HookHost.Disk;
import io.tpmkeeper.protocol.hook.HookHost.Displaced;
import io.tpmkeeper.protocol.hook.HookHost.Domain;
import io.tpmkeeper.protocol.hook.HookHost.Ended;
import io.tpmkeeper.protocol.hook.HookHost.Hold;
import io.tpmkeeper.protocol.hook.HookHost.IndexLine;
import io.tpmkeeper.protocol.hook.HookHost.Marker;
import io.tpmkeeper.protocol.hook.HookHost.Refused;
import io.tpmkeeper.protocol.hook.HookHost.Rescue;
import io.tpmkeeper.protocol.hook.HostFile;
import io.tpmkeeper.protocol.hook.LiveFiles;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.FileMark;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.protocol.hostfile.Index;
import io.tpmkeeper.protocol.hostfile.Journal;
import io.tpmkeeper.protocol.hostfile.RefusedStart;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.Vm;
import io.tpmkeeper.protocol.hostfile.WaitingStart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a sandbox as the model's value: what lies there, without times and ids. Judges files by itself, not by the hook. */
final class HostOnDisk {
    private final Sandbox sandbox;
    private final @Nullable Object liveVars;
    private final @Nullable Object rescueVars;
    private final @Nullable Object liveTpm;
    private final @Nullable Object rescueTpm;

    private HostOnDisk(Sandbox sandbox) throws IOException {
        this.sandbox = sandbox;
        liveVars = inode(sandbox.path(Places.VARS));
        rescueVars = inode(sandbox.path(Places.RESCUE_VARS));
        liveTpm = inode(sandbox.path(Places.TPM));
        rescueTpm = inode(sandbox.path(Places.RESCUE_TPM));
    }

    static HookHost read(Sandbox sandbox) throws IOException {
        HostOnDisk disk = new HostOnDisk(sandbox);
        return new HookHost(
                disk.small(
                        Places.INDEX,
                        text -> new IndexLine(
                                Index.read(text).guardOf(Sandbox.UUID).orElse(null))),
                disk.domain(),
                disk.small(Places.VM, text -> {
                    Vm vm = Vm.read(text);
                    return new Vm(vm.line(), vm.at(), vm.seq(), vm.run(), 0);
                }),
                new LiveFiles(
                        Files.isSymbolicLink(sandbox.path(Places.TPM_DIRECTORY))
                                ? new FileState.Odd(false)
                                : disk.state(Places.TPM, 524_288, liveAndRescued(disk.liveTpm, disk.rescueTpm)),
                        disk.state(Places.VARS, 67_108_864, liveAndRescued(disk.liveVars, disk.rescueVars))),
                disk.nvramOfAnother(),
                disk.rescue(),
                disk.entries(),
                disk.claims(),
                disk.deliveries(),
                disk.quarantine(),
                disk.small(Places.JOURNAL, Journal::read),
                disk.refused(),
                disk.request(),
                disk.small(Places.ACCEPT, HostOnDisk::accept),
                disk.marker(),
                Files.exists(sandbox.path(Places.BREAK_GLASS)),
                new Disk(
                        !Files.isRegularFile(sandbox.path(Places.SPOOL)),
                        !Files.isRegularFile(sandbox.path("keeper/reserve")),
                        !Files.isRegularFile(sandbox.path("swtpm/.tpm-keeper-rescue"))),
                new Hold(Files.exists(sandbox.path(Places.HELD)), Files.exists(sandbox.path(Places.HELD + ".let-go"))));
    }

    private static boolean liveAndRescued(@Nullable Object live, @Nullable Object rescued) {
        return live != null && live.equals(rescued);
    }

    private static @Nullable Object inode(Path file) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.getAttribute(file, "unix:ino") : null;
    }

    private interface Reader<T> {
        T read(String text) throws UnreadableException;
    }

    private <T> HostFile<T> small(String name, Reader<T> reader) throws IOException {
        Path file = sandbox.path(name);
        if (!Files.exists(file)) {
            return HostFile.missing();
        }
        try {
            return HostFile.of(reader.read(Files.readString(file)));
        } catch (UnreadableException e) {
            return HostFile.unreadable();
        }
    }

    private Domain domain() throws IOException {
        HostFile<DomainPaths> file = small(Places.DOMAIN, DomainPaths::read);
        DomainPaths paths = file.valueOrNull();
        if (paths == null || !paths.name().equals(Sandbox.NAME)) {
            return new Domain.Unseen();
        }
        return paths.tpm() == null ? new Domain.NoTpm() : new Domain.Seen(paths.nvram() != null);
    }

    private boolean nvramOfAnother() throws IOException {
        for (Path file : list("keeper/domain")) {
            String uuid = file.getFileName().toString();
            DomainPaths paths =
                    small("keeper/domain/" + uuid, DomainPaths::read).valueOrNull();
            boolean same = !uuid.equals(Sandbox.UUID)
                    && paths != null
                    && sandbox.path(Places.VARS).toString().equals(paths.nvram());
            if (same && !isCaptured(small("keeper/vm/" + uuid, Vm::read).valueOrNull())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCaptured(@Nullable Vm vm) {
        return vm != null && (vm.run() == null ? vm.line() != null : !vm.run().open());
    }

    private FileState state(String name, long limit, boolean twoNames) throws IOException {
        return state(sandbox.path(name), limit, twoNames ? 2 : 1);
    }

    private static FileState state(Path file, long limit, int names) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return FileState.ABSENT;
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return new FileState.Odd(false);
        }
        if (Files.size(file) > limit || (int) Files.getAttribute(file, "unix:nlink") > names) {
            return new FileState.Odd(true);
        }
        byte[] bytes = Files.readAllBytes(file);
        boolean tpm = file.getFileName().toString().equals("tpm2-00.permall");
        boolean torn = tpm && (bytes.length < 10 || ByteBuffer.wrap(bytes).getInt(6) != bytes.length);
        return new FileState.Plain(new FileMark(new Digest(Contents.sha256(bytes)), bytes.length), torn);
    }

    private Rescue rescue() throws IOException {
        Ended ended = null;
        for (Path file : list(Places.RESCUE)) {
            String name = file.getFileName().toString();
            if (name.startsWith("ended-")) {
                String[] words = name.split("-", -1);
                ended = new Ended(Long.parseLong(words[1]), Ending.ofWord(words[2]));
            }
        }
        return new Rescue(
                state(Places.RESCUE_TPM, 524_288, liveAndRescued(liveTpm, rescueTpm)),
                state(Places.RESCUE_VARS, 67_108_864, liveAndRescued(liveVars, rescueVars)),
                ended);
    }

    private List<Path> list(String directory) throws IOException {
        Path path = sandbox.path(directory);
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.sorted().toList();
        }
    }

    private SortedMap<Long, Captured> entries() throws IOException {
        SortedMap<Long, Captured> entries = new TreeMap<>();
        for (Path entry : list(Places.SPOOL)) {
            if (!entry.getFileName().toString().endsWith(".new")) {
                try {
                    EntryMeta meta = EntryMeta.read(Files.readString(entry.resolve("meta")));
                    entries.put(
                            Long.parseLong(entry.getFileName().toString()),
                            new Captured(
                                    new EntryMeta(meta.entry(), meta.how(), meta.files(), 0, meta.boot()),
                                    marks(entry)));
                } catch (UnreadableException e) {
                    throw new AssertionError("the hook wrote a meta that cannot be read", e);
                }
            }
        }
        return entries;
    }

    private SortedSet<Long> claims() throws IOException {
        SortedSet<Long> claims = new TreeSet<>();
        for (Path entry : list(Places.SPOOL)) {
            String name = entry.getFileName().toString();
            if (name.endsWith(".new")) {
                claims.add(Long.parseLong(name.substring(0, name.length() - 4)));
            }
        }
        return claims;
    }

    private static FileMarks marks(Path state) throws IOException {
        return new LiveFiles(
                        state(state.resolve("tpm2/tpm2-00.permall"), Long.MAX_VALUE, 1),
                        state(state.resolve("vars"), Long.MAX_VALUE, 1))
                .marks();
    }

    private SortedMap<String, FileMarks> deliveries() throws IOException {
        SortedMap<String, FileMarks> deliveries = new TreeMap<>();
        for (Path delivery : list(Places.DELIVERY)) {
            deliveries.put(delivery.getFileName().toString(), marks(delivery));
        }
        return deliveries;
    }

    private List<Displaced> quarantine() throws IOException {
        List<Displaced> displaced = new ArrayList<>();
        for (Path place : list(Places.QUARANTINE)) {
            Path tpm = place.resolve("tpm2");
            FileState tpmState = Files.isSymbolicLink(tpm)
                    ? new FileState.Odd(false)
                    : state(tpm.resolve("tpm2-00.permall"), 524_288, 1);
            if (tpmState.isThere()) {
                displaced.add(new Displaced("tpm2", tpmState));
            }
            FileState vars = state(place.resolve("vars"), 67_108_864, 1);
            if (vars.isThere()) {
                displaced.add(new Displaced("vars", vars));
            }
        }
        return sorted(displaced);
    }

    static List<Displaced> sorted(List<Displaced> displaced) {
        return displaced.stream()
                .sorted(Comparator.comparing(Displaced::toString))
                .toList();
    }

    private @Nullable Refused refused() throws IOException {
        RefusedStart refused = small(Places.REFUSED, RefusedStart::read).valueOrNull();
        return refused == null ? null : new Refused(refused.reason(), refused.passedBy(), refused.consumed());
    }

    private @Nullable Reason request() throws IOException {
        WaitingStart request = small(Places.REQUEST, WaitingStart::read).valueOrNull();
        return request == null ? null : request.reason();
    }

    private static AcceptLive accept(String text) throws UnreadableException {
        List<String> lines = text.lines().toList();
        if (lines.size() != 4 || !lines.get(3).equals("end")) {
            throw new UnreadableException("torn");
        }
        return new AcceptLive(digest(lines.get(1)), digest(lines.get(2)));
    }

    private static @Nullable Digest digest(String line) {
        String word = line.substring(line.indexOf(' ') + 1);
        return word.equals("none") ? null : new Digest(word);
    }

    private @Nullable Marker marker() throws IOException {
        Path file = sandbox.path(Places.MARKER);
        if (!Files.exists(file)) {
            return null;
        }
        List<String> lines = Files.readAllLines(file);
        if (lines.size() != 5) {
            return new Marker(null, false);
        }
        boolean believed = lines.get(2).equals("libvirtd " + Places.parent())
                && Long.parseLong(lines.get(3).substring(6)) > 10;
        return new Marker(RunKind.ofWord(lines.get(1).substring(5)), believed);
    }
}
