package io.tpmkeeper.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A cluster in an enclosure within the one that the tests run in: what it leaves would be seen from here. */
@Tag("cluster")
class ClusterLeavesNothingTest {
    /** What a kubelet sets for the whole machine, if it is let. */
    private static final List<Path> KERNEL = List.of(
            Path.of("/proc/sys/vm/overcommit_memory"),
            Path.of("/proc/sys/vm/panic_on_oom"),
            Path.of("/proc/sys/kernel/panic"),
            Path.of("/proc/sys/kernel/panic_on_oops"),
            Path.of("/proc/sys/kernel/keys/root_maxkeys"),
            Path.of("/proc/sys/kernel/keys/root_maxbytes"));

    private final Enclosure enclosure = Enclosure.required();
    private final String marker = "-Dground=" + UUID.randomUUID();

    @Test
    void a_killed_cluster_leaves_no_process_mount_link_control_group_or_setting() throws IOException {
        List<String> mounts = mounts();
        List<String> links = links();
        List<String> settings = settings();
        Process enclose = up();
        List<String> groups = groups();
        assertThat(groups).isNotEmpty();
        assertThat(settings()).isEqualTo(settings);
        assertThat(processes()).isNotEmpty();

        // The middle one of what holds an enclosure together; what is above and below it has to notice by itself.
        enclose.children()
                .filter(child -> child.info().command().orElse("").endsWith("/unshare"))
                .findFirst()
                .orElseThrow()
                .destroyForcibly();
        enclose.onExit().join();

        assertThat(groups()).doesNotContainAnyElementsOf(groups);
        Eventually.isTrue(() -> processes().isEmpty());
        assertThat(mounts()).isEqualTo(mounts);
        assertThat(links()).isEqualTo(links);
        assertThat(settings()).isEqualTo(settings);
    }

    @Test
    void its_control_groups_go_after_the_outermost_process_was_killed() throws IOException {
        Process enclose = up();
        List<String> groups = groups();
        assertThat(groups).isNotEmpty();

        enclose.destroyForcibly().onExit().join();

        Eventually.isTrue(() -> groups().stream().noneMatch(groups::contains));
        Eventually.isTrue(() -> processes().isEmpty());
    }

    /** What {@code make up NODES=real} starts, until it says that it is ready. */
    private Process up() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                enclosure.script("enclose"),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                marker,
                "-cp",
                System.getProperty("java.class.path"),
                Up.class.getName(),
                "--nodes",
                "real");
        builder.environment().remove("TPM_KEEPER_ENCLOSURE");
        Process process = builder.redirectErrorStream(true).start();
        BufferedReader said = process.inputReader();
        StringBuilder all = new StringBuilder();
        String line = said.readLine();
        while (line != null && !"ready".equals(line)) {
            all.append(line).append('\n');
            line = said.readLine();
        }
        assertThat(line).as("what it said:%n%s", all).isEqualTo("ready");
        return process;
    }

    /** The control groups of enclosures within this one. */
    private List<String> groups() {
        String ours = Objects.requireNonNull(System.getenv("TPM_KEEPER_CGROUP"));
        return Result.of(new ProcessBuilder(enclosure.script("cgroups"), "list"))
                .orThrow()
                .stdout()
                .lines()
                .filter(group -> group.startsWith(ours + "-"))
                .toList();
    }

    private List<Long> processes() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(marker))
                .map(ProcessHandle::pid)
                .toList();
    }

    private static List<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts"));
    }

    private static List<String> links() throws IOException {
        try (Stream<Path> links = Files.list(Path.of("/sys/class/net"))) {
            return links.map(Path::toString).sorted().toList();
        }
    }

    private static List<String> settings() throws IOException {
        List<String> values = new ArrayList<>();
        for (Path setting : KERNEL) {
            values.add(Files.readString(setting));
        }
        return values;
    }
}
