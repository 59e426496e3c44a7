package io.tpmkeeper.agent.pass;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.agent.cluster.Upload;
import io.tpmkeeper.agent.host.FoundState;
import io.tpmkeeper.agent.host.HostPaths;
import io.tpmkeeper.agent.install.HookInstaller;
import io.tpmkeeper.agent.install.HookKeeper;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.Saved;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.host.Capture;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.Identity;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A domain that runs, as swtpm and QEMU write its files, and what the agent makes of that. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LiveCapturesTest {
    private static final String UUID = "5f0c6f0e-0000-4000-8000-000000000001";
    private static final long INTERVAL = 300;

    @TempDir
    private Path directory;

    private Instant now = Instant.ofEpochSecond(1_800_000_000);
    private final FakeCluster cluster = new FakeCluster();
    private final FakePlace place = new FakePlace();
    private Host host = Host.at(new HostPaths(Path.of("/"), Path.of("/")), () -> now);
    private @Nullable NodePass pass;
    private @Nullable Long interval = INTERVAL;
    private @Nullable String request;
    private @Nullable Saved saved;

    @BeforeEach
    void aDomainRunsThatWasAdopted() throws Exception {
        host = Host.at(new HostPaths(directory.resolve("root"), directory.resolve("run")), () -> now);
        host.files().prepare();
        Files.createDirectories(directory.resolve("swtpm/" + UUID + "/tpm2"));
        agentBegins();
        swtpmWrites(1);
        qemuWrites("first");
        place.domains.add(domain(Activity.ACTIVE));
        cluster.index.put(UUID, Guard.ENFORCE);
        runPass();
        assertThat(requireNonNull(vm().run()).open()).isTrue();
        runPass();
        assertThat(entries()).as("every run writes when it begins").isEmpty();
        passes(Duration.ofSeconds(INTERVAL));
    }

    private void agentBegins() {
        pass = new NodePass(
                host,
                new Identity("h1", "cluster"),
                "node-a",
                cluster,
                new PlaceAccess(place, host::startWaits),
                new HookKeeper(new HookInstaller(
                        directory.resolve("hooks/qemu.d/50-tpm-keeper"), "#!/bin/sh\nversion=0.1.0\n", "0.1.0")),
                new MigrationLog(directory),
                "0.1.0");
    }

    private PlacedDomain domain(Activity activity) {
        DomainPaths paths = new DomainPaths(
                "vm1",
                directory.resolve("swtpm/" + UUID + "/tpm2").toString(),
                directory.resolve("vm1_VARS.fd").toString(),
                null);
        return new PlacedDomain(UUID, paths, activity, "vms", null);
    }

    private void runPass() {
        cluster.grant(new GrantSpec(
                "node-a",
                UUID,
                "r1",
                "h1",
                Order.live("o1", 100, null, true),
                saved,
                List.of(),
                null,
                null,
                new GrantSpec.Capture(interval, request),
                null,
                List.of()));
        requireNonNull(pass).run(true);
    }

    /** A new file, renamed over the old one. */
    private void swtpmWrites(int what) throws IOException {
        int length = 60;
        ByteBuffer file = ByteBuffer.allocate(length);
        file.put((byte) 2)
                .put((byte) 1)
                .putShort((short) 10)
                .putShort((short) 0)
                .putInt(length);
        file.putShort((short) 1).putInt(length - 16);
        file.putShort((short) 3).putInt(0xab364723).putShort((short) 1);
        file.putInt(40, what);
        file.putInt(length - 4, 0xab364723);
        Path tpm = directory.resolve("swtpm/" + UUID + "/tpm2");
        Files.write(tpm.resolve("TMP2-00.permall"), file.array());
        Files.move(
                tpm.resolve("TMP2-00.permall"),
                tpm.resolve("tpm2-00.permall"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** In place; the least that firmware's file can be. */
    private void qemuWrites(String what) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        file.put(16, HexFormat.of().parseHex("8d2bf1ff96768b4ca9852747075b4f50"));
        file.putLong(32, 256).putInt(40, 0x4856465f).putShort(48, (short) 72);
        int sum = 0;
        for (int at = 0; at < 72; at += Short.BYTES) {
            sum += Short.toUnsignedInt(file.getShort(at));
        }
        file.putShort(50, (short) -sum);
        file.put(72, HexFormat.of().parseHex("782cf3aa7b949a43a1802e144ec37792"));
        file.putInt(88, 184).put(92, (byte) 0x5a).put(93, (byte) 0xfe);
        file.put(100, what.getBytes(StandardCharsets.US_ASCII));
        Files.write(directory.resolve("vm1_VARS.fd"), file.array());
    }

    private void passes(Duration time) {
        now = now.plus(time);
    }

    private Vm vm() throws Exception {
        return host.files().vm(UUID);
    }

    private List<Entry> entries() throws IOException {
        return host.spool().entries(UUID).stream().map(EntryMeta::entry).toList();
    }

    private Facts facts() {
        return cluster.facts(UUID);
    }

    private Upload sent() {
        assertThat(cluster.inbox).hasSize(1);
        return cluster.inbox.values().iterator().next();
    }

    /** The operator has verified and promoted what was sent last. */
    private void isSaved(Entry entry) {
        saved = new Saved(entry.version(), requireNonNull(entry.digest()));
        cluster.inbox.clear();
    }

    private Entry saveTheFirst() throws IOException {
        runPass();
        Entry first = entries().getFirst();
        isSaved(first);
        runPass();
        return first;
    }

    @Test
    void whatADomainWritesIsCapturedWhileItRunsAndTheTipStays() throws Exception {
        runPass();
        assertThat(entries()).singleElement().satisfies(e -> {
            assertThat(e.trigger()).isEqualTo(Trigger.LIVE);
            assertThat(e.complete()).isTrue();
            assertThat(e.online()).isTrue();
            assertThat(e.run()).isEqualTo(1);
            assertThat(e.epoch()).isEqualTo(100);
        });
        assertThat(sent().online()).isTrue();
        assertThat(requireNonNull(vm().line()).tip()).as("tip").isNull();
        assertThat(requireNonNull(vm().run()).open()).isTrue();
    }

    @Test
    void aChangeIsCapturedWhenTheIntervalHasPassed() throws Exception {
        Entry first = saveTheFirst();
        assertThat(entries()).as("saved, and of no more use here").isEmpty();

        swtpmWrites(2);
        passes(Duration.ofSeconds(INTERVAL - 100));
        runPass();
        assertThat(entries()).isEmpty();
        // The pass that looks again comes in time, though the agent would rest for half a minute.
        passes(Duration.ofSeconds(90));
        runPass();
        assertThat(requireNonNull(pass).rest()).isEqualTo(Duration.ofSeconds(10));

        passes(Duration.ofSeconds(10));
        runPass();
        assertThat(entries()).singleElement().satisfies(e -> {
            assertThat(e.digest()).isNotEqualTo(first.digest());
            assertThat(e.version()).isGreaterThan(first.version());
        });
        assertThat(sent().name()).contains("-100-2-");
    }

    @Test
    void aChangeOfNvramAloneIsCaptured() throws Exception {
        saveTheFirst();
        passes(Duration.ofSeconds(INTERVAL));
        qemuWrites("other");
        runPass();
        assertThat(entries()).hasSize(1);
    }

    @Test
    void unchangedContentWritesNothing() throws Exception {
        saveTheFirst();
        Vm before = vm();
        passes(Duration.ofSeconds(INTERVAL));
        // The same once more, as another file.
        swtpmWrites(1);
        runPass();
        passes(Duration.ofSeconds(INTERVAL));
        runPass();
        assertThat(entries()).isEmpty();
        assertThat(vm()).isEqualTo(before);
        assertThat(cluster.inbox).isEmpty();
    }

    @Test
    void whileTheClusterIsAwayOnlyTheNewestStays() throws Exception {
        cluster.away = true;
        runPass();
        for (int i = 2; i < 5; i++) {
            passes(Duration.ofSeconds(INTERVAL));
            swtpmWrites(i);
            runPass();
            assertThat(entries()).hasSize(1);
        }
        cluster.away = false;
        runPass();
        assertThat(sent().name()).contains("-100-" + entries().getFirst().seq() + "-");
    }

    /** Each would be a Secret. */
    @Test
    void whileNobodyEmptiesTheInboxNoSecondOneIsSent() throws Exception {
        runPass();
        String first = sent().name();
        passes(Duration.ofSeconds(INTERVAL));
        swtpmWrites(2);
        runPass();
        assertThat(sent().name()).isEqualTo(first);
        assertThat(entries()).singleElement().extracting(Entry::seq).isEqualTo(2L);
        cluster.inbox.clear();
        runPass();
        assertThat(sent().name()).contains("-100-2-");
    }

    @Test
    void aClassThatWantsNoneGetsNone() throws Exception {
        interval = null;
        swtpmWrites(2);
        passes(Duration.ofSeconds(INTERVAL));
        runPass();
        assertThat(entries()).isEmpty();
    }

    @Test
    void whatALostRunLeftIsNoCaptureOfARunningDomain() throws Exception {
        Vm vm = vm();
        Run run = requireNonNull(vm.run());
        Run ofTheLastBoot = new Run(
                run.n(), run.record(), run.epoch(), "another", run.kind(), null, true, true, true, null, null, false);
        host.files().put(UUID, vm.with(ofTheLastBoot));
        runPass();
        assertThat(entries()).isEmpty();
    }

    @Test
    void aRunThatEndsWhileLibvirtIsAskedIsLeftToItsEnd() throws Exception {
        place.whenAsked = () -> {
            try {
                Vm vm = vm();
                host.files().put(UUID, vm.with(requireNonNull(vm.run()).closed(Ending.SHUTDOWN, null)));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
        runPass();
        assertThat(entries()).isEmpty();
    }

    @Test
    void theEndOfTheRunPassesIt() throws Exception {
        runPass();
        cluster.inbox.clear();
        Entry end = theHookCapturesTheStop();
        runPass();
        assertThat(entries()).containsExactly(end);
        assertThat(sent().name()).contains("-100-" + end.seq() + "-");
    }

    /** The end is torn, so what was captured while it ran is the newest that there is. */
    @Test
    void beforeATornEndItIsSentAllTheSame() throws Exception {
        cluster.away = true;
        runPass();
        Vm vm = vm();
        Line line = requireNonNull(vm.line());
        host.files()
                .put(
                        UUID,
                        vm.with(line.as(LineState.LOST), null)
                                .with(requireNonNull(vm.run()).closed(Ending.LOST, null)));
        place.domains.set(0, domain(Activity.INACTIVE));
        Files.write(directory.resolve("swtpm/" + UUID + "/tpm2/tpm2-00.permall"), new byte[0]);
        cluster.away = false;
        runPass();
        assertThat(sent().name()).contains("-100-1-");
        assertThat(entries()).hasSize(1);
    }

    @Test
    void aCaptureThatSomebodyAsksForDoesNotWait() throws Exception {
        saveTheFirst();
        swtpmWrites(2);
        interval = null;
        request = "before-upgrade";
        runPass();
        Entry made = entries().getFirst();
        assertThat(made.trigger()).isEqualTo(Trigger.MANUAL);
        assertThat(facts().captured())
                .isEqualTo(new Facts.Captured("before-upgrade", made.version(), made.digest(), false, null));

        // Once is enough.
        swtpmWrites(3);
        runPass();
        assertThat(entries()).containsExactly(made);
        request = "another";
        runPass();
        assertThat(entries()).hasSize(1).doesNotContain(made);
        request = null;
        runPass();
        assertThat(facts().captured()).isNull();
    }

    @Test
    void whatIsThereAlreadyIsConfirmedByANewerVersion() throws Exception {
        Entry first = saveTheFirst();
        request = "before-upgrade";
        runPass();
        Facts.Captured answer = requireNonNull(facts().captured());
        assertThat(answer.unchanged()).isTrue();
        assertThat(answer.digest()).isEqualTo(first.digest());
        assertThat(requireNonNull(answer.version())).isGreaterThan(first.version());
        assertThat(vm().seq())
                .as("never used again")
                .isEqualTo(requireNonNull(answer.version()).seq());
        assertThat(entries()).isEmpty();
    }

    @Test
    void aStoppedDomainIsConfirmedOnceItsEndIsSaved() throws Exception {
        Entry end = theHookCapturesTheStop();
        request = "while-off";
        runPass();
        assertThat(facts().captured())
                .isEqualTo(new Facts.Captured("while-off", end.version(), end.digest(), false, null));
        isSaved(end);
        request = "while-off-and-saved";
        runPass();
        assertThat(requireNonNull(facts().captured()).unchanged()).isTrue();

        qemuWrites("a hand");
        request = "after-a-hand";
        runPass();
        assertThat(requireNonNull(facts().captured()).refused()).contains("is not what its last run left");
    }

    @Test
    void aFileThatIsNoneOfOursIsNamedToWhoAsks() throws Exception {
        saveTheFirst();
        Files.createLink(directory.resolve("stolen"), directory.resolve("vm1_VARS.fd"));
        request = "before-upgrade";
        runPass();
        assertThat(requireNonNull(facts().captured()).refused()).contains("has another hard link");
    }

    private Entry theHookCapturesTheStop() throws Exception {
        swtpmWrites(9);
        FoundState left = host.states().live(UUID, domain(Activity.ACTIVE).paths());
        Digest digest = requireNonNull(left.marks().digest());
        Vm vm = vm();
        Line line = requireNonNull(vm.line());
        Run run = requireNonNull(vm.run());
        Entry stop = new Entry(vm.seq() + 1, line.epoch(), line.record(), run.n(), digest, true, true, Trigger.STOP);
        host.spool().make(UUID, new Capture(null, stop, Ending.SHUTDOWN), left, "", now.getEpochSecond(), "b");
        Line moved = new Line(line.record(), line.epoch(), line.order(), line.state(), line.how(), digest);
        host.files()
                .put(
                        UUID,
                        vm.withSeq(stop.seq())
                                .with(moved, new Place.InEntry(stop.seq()))
                                .with(run.closed(Ending.SHUTDOWN, stop.seq())));
        place.domains.set(0, domain(Activity.INACTIVE));
        return stop;
    }
}
