package io.tpmkeeper.agent.pass;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.agent.cluster.Upload;
import io.tpmkeeper.agent.host.FoundState;
import io.tpmkeeper.agent.host.HostPaths;
import io.tpmkeeper.agent.install.HookInstaller;
import io.tpmkeeper.agent.install.HookKeeper;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.Request;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.Saved;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.host.Capture;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.Identity;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.Vm;
import io.tpmkeeper.protocol.hostfile.WaitingStart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodePassTest {
    private static final String UUID = "5f0c6f0e-0000-4000-8000-000000000001";
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

    @TempDir
    private Path directory;

    private final FakeCluster cluster = new FakeCluster();
    private final FakePlace place = new FakePlace();
    private Host host = Host.at(new HostPaths(Path.of("/"), Path.of("/")), () -> NOW);
    private @Nullable PlaceAccess access;
    private @Nullable NodePass pass;

    @BeforeEach
    void begin() throws IOException {
        host = Host.at(new HostPaths(directory.resolve("root"), directory.resolve("run")), () -> NOW);
        host.files().prepare();
        agentBegins();
        place.domains.add(domain(Activity.INACTIVE));
        cluster.index.put(UUID, Guard.ENFORCE);
    }

    private void agentBegins() {
        PlaceAccess fresh = new PlaceAccess(place, host::startWaits);
        access = fresh;
        pass = new NodePass(
                host,
                new Identity("h1", "cluster"),
                "node-a",
                cluster,
                fresh,
                new HookKeeper(new HookInstaller(hook(), "#!/bin/sh\nversion=0.1.0\n", "0.1.0")),
                new MigrationLog(directory),
                "0.1.0");
    }

    private Path hook() {
        return directory.resolve("hooks/qemu.d/50-tpm-keeper");
    }

    private PlacedDomain domain(Activity activity) {
        return new PlacedDomain(
                UUID,
                new DomainPaths(
                        "vm1", directory.resolve("swtpm/" + UUID + "/tpm2").toString(), null, null),
                activity,
                "vms",
                null);
    }

    /** The least that swtpm's file can be, of this total length. */
    private static byte[] permall(int length) {
        ByteBuffer file = ByteBuffer.allocate(length);
        file.put((byte) 2)
                .put((byte) 1)
                .putShort((short) 10)
                .putShort((short) 0)
                .putInt(length);
        file.putShort((short) 1).putInt(length - 16);
        file.putShort((short) 3).putInt(0xab364723).putShort((short) 1);
        file.putInt(length - 4, 0xab364723);
        return file.array();
    }

    private void livesThere(int length) throws IOException {
        Path tpm = Files.createDirectories(directory.resolve("swtpm/" + UUID + "/tpm2"));
        Files.write(tpm.resolve("tpm2-00.permall"), permall(length));
    }

    private Entry theHookCapturesTheStop(Run run) throws Exception {
        livesThere(50);
        DomainPaths paths = domain(Activity.ACTIVE).paths();
        FoundState left = host.states().live(UUID, paths);
        Digest digest = requireNonNull(left.lying(paths).whole());
        Vm vm = vm();
        Line line = requireNonNull(vm.line());
        Entry stop = new Entry(vm.seq() + 1, line.epoch(), line.record(), run.n(), digest, true, true, Trigger.STOP);
        host.spool().make(UUID, new Capture(null, stop, Ending.SHUTDOWN), left, "", NOW.getEpochSecond(), "b");
        Line moved = new Line(line.record(), line.epoch(), line.order(), line.state(), line.how(), digest);
        host.files()
                .put(
                        UUID,
                        vm.withSeq(stop.seq())
                                .with(moved, new Place.InEntry(stop.seq()))
                                .with(run.closed(Ending.SHUTDOWN, stop.seq())));
        return stop;
    }

    private void isUndefined() throws IOException {
        Files.delete(directory.resolve("swtpm/" + UUID + "/tpm2/tpm2-00.permall"));
        place.domains.clear();
    }

    private void runPass() throws IOException {
        requireNonNull(pass).run(true);
    }

    private static GrantSpec grant(@Nullable Order order) {
        return new GrantSpec("node-a", UUID, "r1", "h1", order, null, List.of(), null, null, null, null, List.of());
    }

    private static GrantSpec saved(GrantSpec grant, Entry entry) {
        Saved saved = new Saved(entry.version(), requireNonNull(entry.digest()));
        return new GrantSpec(
                "node-a",
                UUID,
                "r1",
                "h1",
                grant.order(),
                saved,
                List.of(saved.digest()),
                null,
                grant.purge(),
                null,
                null,
                List.of());
    }

    private Vm vm() throws IOException, UnreadableException {
        return host.files().vm(UUID);
    }

    private Facts facts() {
        return cluster.facts(UUID);
    }

    private void startWaits(String id) throws IOException {
        WaitingStart request = new WaitingStart(
                id, Request.Reason.LINE, RunKind.COLD, 20, NOW.getEpochSecond(), "no line", "<domain/>");
        Files.writeString(directory.resolve("root/request").resolve(UUID), request.text());
    }

    private static Order adopt() {
        return Order.live("o1", 100, null, false);
    }

    @Test
    void aStoppedDomainIsAdoptedCapturedAndSent() throws Exception {
        livesThere(40);
        cluster.grant(grant(adopt()));
        runPass();
        assertThat(facts().acked()).isEqualTo("o1");
        assertThat(facts().line())
                .isEqualTo(vm().line())
                .extracting(Line::state)
                .isEqualTo(LineState.HELD);
        assertThat(facts().entries()).singleElement().satisfies(e -> {
            assertThat(e.version()).isEqualTo(new Version(100, 1));
            assertThat(e.digest()).isEqualTo(vm().tip()).isEqualTo(facts().live());
        });
        Upload upload = cluster.inbox.values().iterator().next();
        assertThat(upload.name()).startsWith("inbox-" + UUID + "-100-1-");
        assertThat(upload.online()).isTrue();
        assertThat(upload.data()).containsOnlyKeys("manifest.json", "tpm.tar.zst");
        assertThat(upload.steps())
                .extracting("name")
                .containsExactly("ReadPrimary", "ReadFallback", "Validate", "Merge", "Pack", "Upload");
    }

    @Test
    void whatAStopLeftIsOnItsWayBeforeLibvirtIsAsked() throws Exception {
        livesThere(40);
        GrantSpec grant = grant(adopt());
        cluster.grant(grant);
        runPass();
        cluster.grant(saved(grant, facts().entries().getLast()));
        runPass();
        Run run = new Run(1, "r1", 100, "b", RunKind.COLD, vm().tip(), true, true, true, null, null, false);
        host.files().put(UUID, vm().with(run));
        place.domains.set(0, domain(Activity.ACTIVE));
        runPass();
        cluster.inbox.clear();
        Entry stop = theHookCapturesTheStop(run);
        List<String> sentBefore = new ArrayList<>();
        place.whenAsked = () -> sentBefore.addAll(cluster.inbox.keySet());

        runPass();

        assertThat(sentBefore).singleElement().asString().contains("-" + stop.seq() + "-");
        assertThat(cluster.inbox.values())
                .singleElement()
                .satisfies(u -> assertThat(u.steps().getFirst().result()).isEqualTo("Done"));
    }

    @Test
    void anUndefinedDomainIsSentFromItsEntry() throws Exception {
        livesThere(40);
        cluster.away = true;
        cluster.grant(grant(adopt()));
        runPass();
        assertThat(vm())
                .as("an order that gives the line is read live or not obeyed")
                .isEqualTo(Vm.NOTHING);
        cluster.away = false;
        runPass();
        cluster.inbox.clear();
        isUndefined();
        agentBegins();
        runPass();
        assertThat(cluster.inbox.values())
                .singleElement()
                .satisfies(u -> assertThat(u.steps().getFirst().result()).isEqualTo("Failed"));
    }

    @Test
    void afterAPromotionTheTipsEntryAloneStays() throws Exception {
        livesThere(40);
        GrantSpec grant = grant(adopt());
        cluster.grant(grant);
        runPass();
        Run run = new Run(1, "r1", 100, "b", RunKind.COLD, vm().tip(), true, true, true, null, null, false);
        host.files().put(UUID, vm().with(run));
        livesThere(50);
        runPass();
        assertThat(vm().run())
                .extracting(Run::how)
                .as("it ended while nobody looked")
                .isEqualTo(Ending.LOST);
        assertThat(facts().entries()).hasSize(2);
        cluster.grant(saved(grant, facts().entries().getLast()));
        runPass();
        assertThat(facts().entries()).extracting(Entry::seq).containsExactly(2L);
        assertThat(directory.resolve("root/spool/" + UUID).toFile().list()).containsExactly("2");
    }

    @Test
    void aTornEndIsLostAndKept() throws Exception {
        livesThere(40);
        cluster.grant(grant(adopt()));
        runPass();
        Digest before = vm().tip();
        host.files()
                .put(
                        UUID,
                        vm().with(new Run(
                                1, "r1", 100, "b", RunKind.COLD, before, true, true, true, null, null, false)));
        byte[] torn = java.util.Arrays.copyOf(permall(60), 30);
        Files.write(directory.resolve("swtpm/" + UUID + "/tpm2/tpm2-00.permall"), torn);
        runPass();
        assertThat(facts().line()).extracting(Line::state, Line::tip).containsExactly(LineState.LOST, before);
        assertThat(facts().entries()).last().extracting(Entry::complete).isEqualTo(false);
    }

    @Test
    void aRunIsNotEndedWhileItsDomainRuns() throws Exception {
        place.domains.set(0, domain(Activity.ACTIVE));
        livesThere(40);
        cluster.grant(grant(Order.live("o1", 100, null, true)));
        runPass();
        runPass();
        assertThat(facts().run()).extracting(Run::open, Run::online).containsExactly(true, true);
        assertThat(facts().live())
                .as("what lies there is nobody's while it is in use")
                .isNull();
    }

    @Test
    void anOrderThatTheWatchStillShowsIsNotObeyedWhenItIsGone() throws Exception {
        livesThere(40);
        cluster.grant(grant(adopt()));
        cluster.watchIsBehind = true;
        runPass();
        assertThat(vm()).isEqualTo(Vm.NOTHING);
    }

    @Test
    void aMovesTombstoneIsRefusedWhileARunIsOpenAndStaysRefused() throws Exception {
        place.domains.set(0, domain(Activity.ACTIVE));
        cluster.grant(grant(Order.live("o1", 100, null, true)));
        runPass();
        cluster.grant(grant(Order.tombstone("o2", 100)));
        runPass();
        assertThat(facts().nacked()).extracting(Facts.Nack::order).isEqualTo("o2");
        assertThat(facts().acked()).isEqualTo("o1");
        place.domains.set(0, domain(Activity.INACTIVE));
        livesThere(40);
        runPass();
        runPass();
        assertThat(facts().nacked()).extracting(Facts.Nack::order).isEqualTo("o2");
        assertThat(vm().line()).extracting(Line::isHeld).isEqualTo(true);
    }

    @Test
    void everyGrantIsReportedBeforeTheQuestionIsAnswered() throws Exception {
        livesThere(40);
        cluster.grant(grant(adopt()));
        runPass();
        assertThat(cluster.reports).containsExactly("grant", "node q1");
        assertThat(cluster.node.domain(UUID).orElseThrow().ownerNamespace()).isEqualTo("vms");
    }

    @Test
    void nothingIsReportedTwice() throws Exception {
        livesThere(40);
        cluster.grant(grant(adopt()));
        runPass();
        runPass();
        runPass();
        cluster.reports.clear();
        runPass();
        assertThat(cluster.reports).isEmpty();
    }

    @Test
    void aQuestionIsNotAnsweredFromAnOldInventory() throws Exception {
        runPass();
        place.blocked = true;
        cluster.question = "q2";
        Thread running = Thread.ofPlatform().start(() -> {
            try {
                runPass();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        place.asked = new java.util.concurrent.CountDownLatch(1);
        assertThat(cluster.node.observedQuestion()).isEqualTo("q1");
        running.interrupt();
        running.join();
        assertThat(cluster.node.observedQuestion()).isEqualTo("q1");
    }

    @Test
    void aWaitingStartIsAnsweredWhileLibvirtIsBlocked() throws Exception {
        livesThere(40);
        runPass();
        place.blocked = true;
        place.asked = new java.util.concurrent.CountDownLatch(1);
        Thread running = Thread.ofPlatform().start(() -> {
            try {
                runPass();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        place.asked.await();
        startWaits("s1");
        requireNonNull(access).hostChanged();
        running.join();
        place.calls.clear();
        cluster.grant(grant(Order.held("o1", 100, Content.NONE)));
        runPass();
        assertThat(place.calls)
                .as("libvirt is asked nothing while a start waits")
                .isEmpty();
        assertThat(facts().request()).isEqualTo(new Request("s1", Request.Reason.LINE, NOW.getEpochSecond()));
        assertThat(facts().acked()).isEqualTo("o1");
    }

    @Test
    void theHookIsInstalledOnlyWhenAnIndexIsThere() throws Exception {
        cluster.listed = false;
        runPass();
        assertThat(hook()).doesNotExist();
        assertThat(directory.resolve("root/index")).doesNotExist();
        cluster.listed = true;
        runPass();
        assertThat(host.files().index().orElseThrow().guards()).containsEntry(UUID, Guard.ENFORCE);
        assertThat(hook()).exists();
        runPass();
        assertThat(requireNonNull(cluster.node.hook()).live()).isTrue();
        assertThat(requireNonNull(cluster.node.indexed()).count()).isEqualTo(1);
    }

    @Test
    void nothingIsTakenFromAClusterThatIsNotOurs() throws Exception {
        requireNonNull(pass).run(false);
        assertThat(directory.resolve("root/index")).doesNotExist();
        assertThat(cluster.reports).isEmpty();
    }

    @Test
    void aPurgeTakesExactlyWhatIsListedAndLeavesLibvirtsFiles() throws Exception {
        livesThere(40);
        cluster.grant(grant(adopt()));
        runPass();
        cluster.grant(purging(new GrantSpec.Purge("p1", 0, List.of())));
        runPass();
        assertThat(facts().acked()).isEqualTo("o2");
        assertThat(facts().purgeRefused()).contains("[1]");
        cluster.grant(purging(new GrantSpec.Purge("p2", 0, List.of(1L))));
        runPass();
        assertThat(facts().purged()).isEqualTo("p2");
        assertThat(facts().hasResidue()).isFalse();
        assertThat(directory.resolve("root/vm/" + UUID)).doesNotExist();
        assertThat(directory.resolve("root/spool/" + UUID)).doesNotExist();
        assertThat(directory.resolve("swtpm/" + UUID + "/tpm2/tpm2-00.permall")).exists();
    }

    @ParameterizedTest
    @CsvSource({"ended-1-shutdown, false", "ended-0-lost, true", "ended-7-shutdown, true"})
    void aPurgeTakesTheSecondNamesOfTheLastRunAndWhatAnotherLeftWaitsForSomebody(String mark, boolean stays)
            throws Exception {
        livesThere(40);
        cluster.grant(grant(adopt()));
        runPass();
        host.files().put(UUID, vm().with(ended(1)));
        Path rescue = Files.createDirectories(directory.resolve("swtpm/.tpm-keeper-rescue/" + UUID));
        Files.write(rescue.resolve("tpm2-00.permall"), permall(40));
        Files.createFile(rescue.resolve(mark));
        cluster.grant(purging(new GrantSpec.Purge("p1", 1, List.of(1L))));
        runPass();
        runPass();

        assertThat(facts().purged()).isEqualTo("p1");
        assertThat(Files.exists(rescue)).isEqualTo(stays);
        assertThat(directory.resolve("swtpm/" + UUID + "/tpm2/tpm2-00.permall")).exists();
    }

    private static GrantSpec purging(GrantSpec.Purge purge) {
        return new GrantSpec(
                "node-a",
                UUID,
                "r1",
                "h1",
                Order.tombstone("o2", 100),
                null,
                List.of(),
                null,
                purge,
                null,
                null,
                List.of());
    }

    private static Run ended(long run) {
        return new Run(run, "r1", 100, "b", RunKind.COLD, null, true, true, false, Ending.SHUTDOWN, 1L, false);
    }

    /** The grant goes a little after its purge was reported; until then its Tombstone is still in it. */
    @Test
    void aHostThatWasPurgedKeepsNothingThoughTheGrantIsStillThere() throws Exception {
        livesThere(40);
        cluster.grant(grant(adopt()));
        runPass();
        GrantSpec purging = purging(new GrantSpec.Purge("p1", 0, List.of(1L)));
        cluster.grant(purging);
        runPass();
        assertThat(facts().purged()).isEqualTo("p1");

        cluster.grant(purging);
        runPass();

        assertThat(directory.resolve("root/vm/" + UUID)).doesNotExist();
        assertThat(facts().hasResidue()).isFalse();
        assertThat(facts().purged()).isEqualTo("p1");
    }

    /** The grant, and the record with it, may have gone since: a Tombstone would stay behind on a host that was just cleaned. */
    @Test
    void aHostWithoutALineTakesNoTombstoneFromAWatchThatIsBehind() throws Exception {
        livesThere(40);
        cluster.watchIsBehind = true;
        cluster.grant(grant(Order.tombstone("o2", 100)));
        runPass();
        assertThat(directory.resolve("root/vm/" + UUID)).doesNotExist();

        cluster.watchIsBehind = false;
        runPass();
        assertThat(facts().line()).extracting(Line::state).isEqualTo(LineState.TOMBSTONE);
    }

    @Test
    void aTornHostFileIsNamedAndLeftAsItIs() throws Exception {
        livesThere(40);
        cluster.grant(grant(adopt()));
        runPass();
        Path file = directory.resolve("root/vm/" + UUID);
        String torn = Files.readString(file).substring(0, 40);
        Files.writeString(file, torn);
        runPass();
        assertThat(facts().line()).extracting(Line::state).isEqualTo(LineState.LOST);
        assertThat(facts().uploadRefused()).startsWith(UnreadableException.REASON);
        assertThat(file).hasContent(torn);
    }

    @Test
    void aStateFileThatIsALinkIsNamed() throws Exception {
        livesThere(40);
        Path file = directory.resolve("swtpm/" + UUID + "/tpm2/tpm2-00.permall");
        Path elsewhere = Files.move(file, directory.resolve("elsewhere"));
        Files.createSymbolicLink(file, elsewhere);
        cluster.grant(grant(null));
        runPass();
        assertThat(facts().uploadRefused()).isEqualTo("StateFileRefused: the TPM state file is a symbolic link.");
        assertThat(facts().live()).isNull();
    }

    @Test
    void aStateFileThatIsEmptyIsNamed() throws Exception {
        livesThere(40);
        Files.write(directory.resolve("swtpm/" + UUID + "/tpm2/tpm2-00.permall"), new byte[0]);
        cluster.grant(grant(null));
        runPass();
        assertThat(facts().uploadRefused()).isEqualTo("StateFileRefused: the TPM state file is empty.");
    }

    @Test
    void deliveredContentIsVerifiedAndPutReady() throws Exception {
        livesThere(40);
        cluster.grant(grant(adopt()));
        runPass();
        Digest digest = requireNonNull(vm().tip());
        cluster.deliveries.add(cluster.inbox.values().iterator().next().data());
        isUndefined();
        for (String kind : List.of("spool", "vm")) {
            host.files().deleteTree(kind, UUID);
        }
        agentBegins();
        cluster.grants.clear();
        cluster.grant(grant(Order.held("o5", 200, Content.of(digest))));
        runPass();
        assertThat(facts().deliveries()).containsExactly(digest);
        assertThat(vm().at()).hasToString("delivery:" + digest);
        assertThat(directory.resolve("root/delivery/" + UUID + "/" + digest + "/tpm2/tpm2-00.permall"))
                .hasBinaryContent(permall(40));
    }

    @Test
    void aStartThatWaitsIsAnsweredByAnAgentThatNeverSawLibvirt() throws Exception {
        livesThere(40);
        startWaits("s1");
        cluster.grant(grant(Order.held("o1", 100, Content.NONE)));
        runPass();
        assertThat(facts().acked()).isEqualTo("o1");
        assertThat(cluster.reports).as("no inventory is made up").containsExactly("grant");
    }

    @Test
    void aHeldStopIsNamed() throws Exception {
        cluster.grant(grant(null));
        Files.writeString(
                directory.resolve("run/held").resolve(UUID),
                new io.tpmkeeper.protocol.hostfile.HeldStop(1, "there is no space").text());
        runPass();
        assertThat(facts().stopHeld()).isEqualTo("there is no space.");
        assertThat(facts().uploadRefused())
                .as("nothing is wrong with what is there")
                .isNull();
    }
}
