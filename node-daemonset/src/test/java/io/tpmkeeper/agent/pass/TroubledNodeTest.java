package io.tpmkeeper.agent.pass;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.agent.host.HostPaths;
import io.tpmkeeper.agent.install.HookInstaller;
import io.tpmkeeper.agent.install.HookKeeper;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.agent.place.Trouble;
import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node on which the agent cannot do its work says so, loses nothing that was said before, and holds up nobody without need. */
class TroubledNodeTest {
    private static final String UUID = "5f0c6f0e-0000-4000-8000-000000000001";
    private static final Trouble STOPPED = new Trouble(Trouble.Kind.UNREACHABLE, "libvirt does not run.");
    private static final Trouble NONE = new Trouble(Trouble.Kind.MISSING, "There is no libvirt here.");
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

    @TempDir
    private Path directory;

    private final FakeCluster cluster = new FakeCluster();
    private final FakePlace place = new FakePlace();
    private Host host = Host.at(new HostPaths(Path.of("/"), Path.of("/")), () -> NOW);

    @BeforeEach
    void begin() throws IOException {
        host = Host.at(new HostPaths(directory.resolve("root"), directory.resolve("run")), () -> NOW);
        host.files().prepare();
    }

    private NodePass agent() {
        return new NodePass(
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

    private void hasDomain() {
        place.domains.add(new PlacedDomain(
                UUID, new DomainPaths("vm1", "/swtpm/" + UUID + "/tpm2", null, null), Activity.INACTIVE, "vms", null));
    }

    private Condition condition(ConditionType type) {
        return cluster.node.conditions().stream()
                .filter(c -> c.type().equals(type.toString()))
                .findFirst()
                .orElseThrow();
    }

    private String ready() {
        Condition ready = condition(ConditionType.READY);
        return ready.status() + "/" + ready.reason();
    }

    @Test
    void aLibvirtThatDoesNotAnswerIsNamedAtOnceAlsoByAnAgentThatNeverSawIt() {
        place.unreachable = STOPPED;
        NodePass agent = agent();
        agent.run(true);

        assertThat(ready()).isEqualTo("FALSE/LibvirtUnreachable");
        assertThat(condition(ConditionType.LIBVIRT_CONNECTED).message()).isEqualTo("libvirt does not run.");
        assertThat(cluster.node.agentVersion()).isEqualTo("0.1.0");
        assertThat(cluster.node.hook()).isNotNull();
        assertThat(cluster.node.observedQuestion()).as("nobody could look").isNull();
        assertThat(agent.pace()).isEqualTo(Pace.TROUBLED);
    }

    @Test
    void whatWasSaidOfTheNodeBeforeStays() {
        hasDomain();
        NodePass before = agent();
        before.run(true);
        before.run(true);
        VmTpmNodeStatus said = cluster.node;
        assertThat(ready()).isEqualTo("TRUE/AgentReady");

        place.unreachable = STOPPED;
        cluster.question = "q2";
        NodePass after = agent();
        after.run(true);

        assertThat(ready()).isEqualTo("FALSE/LibvirtUnreachable");
        assertThat(cluster.node.domains()).isEqualTo(said.domains());
        assertThat(cluster.node.observedQuestion()).isEqualTo("q1");
        assertThat(cluster.node.hook()).as("it works without the agent").isEqualTo(said.hook());
        assertThat(after.hasTold()).as("its predecessor could look").isFalse();

        place.unreachable = null;
        after.run(true);
        after.run(true);

        assertThat(ready()).isEqualTo("TRUE/AgentReady");
        assertThat(cluster.node.observedQuestion()).isEqualTo("q2");
        assertThat(after.hasTold()).isTrue();
    }

    @Test
    void anAgentThatIsReplacedDoesNotMakeTheHookSeemDead() {
        NodePass before = agent();
        before.run(true);
        before.run(true);

        agent().run(true);

        assertThat(ready()).isEqualTo("TRUE/AgentReady");
        assertThat(condition(ConditionType.HOOK_ACTIVE).status()).isEqualTo(Condition.Status.TRUE);
    }

    @Test
    void aNodeWithoutLibvirtAnswersAndHoldsUpNobody() {
        place.trouble = NONE;
        NodePass agent = agent();
        agent.run(true);
        agent.run(true);

        assertThat(ready()).isEqualTo("FALSE/LibvirtMissing");
        assertThat(cluster.node.observedQuestion()).isEqualTo("q1");
        assertThat(agent.hasTold()).isTrue();
        assertThat(place.calls).doesNotContain("probe", "reread");

        place.trouble = null;
        agent.run(true);
        agent.run(true);
        assertThat(ready()).isEqualTo("TRUE/AgentReady");
    }

    @Test
    void aNodeOnWhichNobodyCouldEverLookIsNotWaitedForByARollout() {
        place.unreachable = STOPPED;
        NodePass agent = agent();
        agent.run(true);
        assertThat(agent.hasTold()).isTrue();
    }

    @Test
    void aHostDirectoryThatCannotBeWrittenIsNamedAndTheQuestionWaits() throws IOException {
        hasDomain();
        Path broken = directory.resolve("root/domain");
        Files.delete(broken);
        Files.writeString(broken, "no directory");
        NodePass agent = agent();
        agent.run(true);

        assertThat(ready()).isEqualTo("FALSE/HostDirectoryUnusable");
        assertThat(condition(ConditionType.SPACE_AVAILABLE).reason()).isEqualTo("HostDirectoryUnusable");
        assertThat(condition(ConditionType.READY).message()).contains(broken.toString(), "writable");
        assertThat(cluster.node.observedQuestion()).isNull();
        assertThat(agent.pace()).isEqualTo(Pace.TROUBLED);

        Files.delete(broken);
        Files.createDirectory(broken);
        agent.run(true);
        agent.run(true);
        assertThat(ready()).isEqualTo("TRUE/AgentReady");
        assertThat(cluster.node.observedQuestion()).isEqualTo("q1");
    }

    @Test
    void withoutAHostDirectoryTheQuestionIsAnsweredOnlyWhereNothingCanLie() throws Exception {
        Unsettled unsettled = new Unsettled(cluster, place, () -> NOW, "0.1.0");
        hasDomain();

        assertThat(unsettled.tell("read-only")).as("no agent ever worked here").isTrue();
        assertThat(ready()).isEqualTo("FALSE/HostDirectoryUnusable");
        assertThat(cluster.node.observedQuestion())
                .as("a domain with a TPM may have state")
                .isNull();

        place.domains.clear();
        assertThat(unsettled.tell("read-only")).isTrue();
        assertThat(cluster.node.observedQuestion()).isEqualTo("q1");
    }

    @Test
    void aHostDirectoryThatIsGoneFromANodeThatHadOneIsWaitedFor() throws Exception {
        NodePass before = agent();
        before.run(true);
        before.run(true);
        cluster.question = "q2";

        assertThat(new Unsettled(cluster, place, () -> NOW, "0.2.0").tell("read-only"))
                .isFalse();

        assertThat(ready()).isEqualTo("FALSE/HostDirectoryUnusable");
        assertThat(cluster.node.hostId()).isEqualTo("h1");
        assertThat(cluster.node.observedQuestion()).isEqualTo("q1");
        assertThat(condition(ConditionType.HOOK_ACTIVE).status()).isEqualTo(Condition.Status.TRUE);
    }
}
