package io.tpmkeeper.agent.pass;

import static io.tpmkeeper.agent.place.Trouble.Kind.MISSING;
import static io.tpmkeeper.agent.place.Trouble.Kind.NO_DRIVER;
import static io.tpmkeeper.agent.place.Trouble.Kind.NO_EMULATOR;
import static io.tpmkeeper.agent.place.Trouble.Kind.TOO_OLD;
import static io.tpmkeeper.agent.place.Trouble.Kind.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.tpmkeeper.agent.install.HookState;
import io.tpmkeeper.agent.place.Trouble;
import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.Finding;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NodeHealthTest {
    private static final HookState LIVE = HookState.live("0.2.0", false, null);
    private static final long MUCH = 10L * 1024 * 1024 * 1024;

    private static Trouble trouble(Trouble.Kind kind) {
        return new Trouble(kind, "libvirt: " + kind);
    }

    private static HookState hookOf(Trouble.Kind kind) {
        return new HookState("0.2.0", false, false, "libvirt: " + kind, trouble(kind), null);
    }

    private static NodeHealth health(
            Trouble.@Nullable Kind place, HookState hook, @Nullable String directory, @Nullable Long free) {
        return new NodeHealth(place == null ? null : trouble(place), hook, directory, free);
    }

    /** A name, the health, then Ready, HookActive, LibvirtConnected and SpaceAvailable; "+" means True. */
    static Stream<Arguments> nodes() {
        HookState notCalled = new HookState("0.2.0", false, false, "not called", null, null);
        HookState notWritten = new HookState(null, false, false, "read-only", null, "read-only");
        return Stream.of(
                argumentSet(
                        "all is well",
                        health(null, LIVE, null, MUCH),
                        "+AgentReady +HookLive +LibvirtReachable +EnoughSpace"),
                argumentSet(
                        "just begun",
                        health(null, HookState.UNKNOWN, null, MUCH),
                        "AgentStarting HookInactive +LibvirtReachable +EnoughSpace"),
                argumentSet(
                        "the hook is not called",
                        health(null, notCalled, null, MUCH),
                        "HookInactive HookInactive +LibvirtReachable +EnoughSpace"),
                argumentSet(
                        "no libvirt",
                        health(null, hookOf(MISSING), null, MUCH),
                        "LibvirtMissing LibvirtMissing LibvirtMissing +EnoughSpace"),
                argumentSet(
                        "libvirt stopped, the hook was seen live",
                        health(UNREACHABLE, LIVE, null, MUCH),
                        "LibvirtUnreachable +HookLive LibvirtUnreachable +EnoughSpace"),
                argumentSet(
                        "libvirt without its driver",
                        health(null, hookOf(NO_DRIVER), null, MUCH),
                        "QemuMissing QemuMissing QemuMissing +EnoughSpace"),
                argumentSet(
                        "libvirt without its driver, and domains are left",
                        health(NO_DRIVER, HookState.UNKNOWN, null, MUCH),
                        "QemuMissing HookInactive QemuMissing +EnoughSpace"),
                argumentSet(
                        "libvirt without QEMU",
                        health(null, hookOf(NO_EMULATOR), null, MUCH),
                        "QemuMissing QemuMissing +LibvirtReachable +EnoughSpace"),
                argumentSet(
                        "libvirt too old",
                        health(null, hookOf(TOO_OLD), null, MUCH),
                        "LibvirtTooOld LibvirtTooOld +LibvirtReachable +EnoughSpace"),
                argumentSet(
                        "the hook cannot be written",
                        health(null, notWritten, null, MUCH),
                        "HookNotWritten HookNotWritten +LibvirtReachable +EnoughSpace"),
                argumentSet(
                        "an older hook is live and cannot be replaced",
                        health(null, HookState.live("0.1.0", false, "read-only"), null, MUCH),
                        "HookNotWritten +HookNotWritten +LibvirtReachable +EnoughSpace"),
                argumentSet(
                        "a newer hook is live",
                        health(null, HookState.live("0.3.0", true, null), null, MUCH),
                        "+AgentReady +HookNewer +LibvirtReachable +EnoughSpace"),
                argumentSet(
                        "the host directory is read-only",
                        health(null, LIVE, "read-only", MUCH),
                        "HostDirectoryUnusable +HookLive +LibvirtReachable HostDirectoryUnusable"),
                argumentSet(
                        "the host directory is read-only and there is no libvirt",
                        health(null, hookOf(MISSING), "read-only", null),
                        "LibvirtMissing LibvirtMissing LibvirtMissing HostDirectoryUnusable"),
                argumentSet(
                        "the disk is full",
                        health(null, LIVE, "No space left on device", 0L),
                        "HostDirectoryUnusable +HookLive +LibvirtReachable NoSpace"));
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void eachTroubleHasItsNameInEveryConditionThatItIsOf(NodeHealth health, String conditions) {
        assertThat(health.findings().stream().map(NodeHealthTest::shown)).containsExactly(conditions.split(" "));
        assertThat(health.findings()).allSatisfy(f -> assertThat(f.message()).isNotBlank());
    }

    private static String shown(Finding finding) {
        return (finding.status() == Condition.Status.TRUE ? "+" : "") + finding.reason();
    }
}
