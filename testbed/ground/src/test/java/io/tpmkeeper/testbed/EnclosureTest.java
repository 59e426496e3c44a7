package io.tpmkeeper.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An enclosure within the one that the tests run in: what it leaves would be seen from here. */
@Tag("api")
class EnclosureTest {
    private static final String INHABITANT = """
            marker=$1
            ip link add dummy-ground type dummy 2>/dev/null || ip link add dummy-ground type bridge || exit 9
            mkdir /run/$marker && mount -t tmpfs $marker /run/$marker
            touch /tmp/$marker /run/$marker/file
            (setsid sh -c "sleep infinity; : $marker" &) # an orphan, in a session of its own
            echo settled
            sleep infinity
            """;

    // Before anything else in this class: outside an enclosure this fails with the line that says what to run.
    private final Enclosure enclosure = Enclosure.required();
    private final String marker = "ground-" + UUID.randomUUID();
    private List<String> mountsBefore = List.of();

    @BeforeEach
    void note_what_is_there() throws IOException {
        mountsBefore = mounts();
    }

    @Test
    void a_killed_enclosure_leaves_no_process_mount_address_or_file() throws IOException {
        Process enclose = settled();
        assertThat(processesWithMarker()).hasSizeGreaterThanOrEqualTo(3);

        enclose.destroyForcibly().onExit().join();

        assertNothingIsLeft();
    }

    @Test
    void half_of_an_enclosure_killed_takes_the_other_half_along() throws IOException {
        Process enclose = settled();
        ProcessHandle unshare = enclose.children()
                .filter(child -> child.info().command().orElse("").endsWith("/unshare"))
                .findFirst()
                .orElseThrow();

        unshare.destroyForcibly();

        enclose.onExit().join();
        assertNothingIsLeft();
    }

    @Test
    void an_enclosure_passes_on_what_its_command_returns() {
        Result result = Result.of(enclose("sh", "-c", "echo out; echo err >&2; exit 7"));
        assertThat(result.exit()).isEqualTo(7);
        assertThat(result.stdout()).isEqualTo("out\n");
        assertThat(result.stderr()).isEqualTo("err\n");
    }

    private Process settled() throws IOException {
        Process process = enclose("bash", "-c", INHABITANT, "bash", marker)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo("settled");
        return process;
    }

    private ProcessBuilder enclose(String... command) {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(
                        Stream.of(enclosure.testbed().resolve("bin/enclose").toString()), Stream.of(command))
                .toList());
        builder.environment().remove("TPM_KEEPER_ENCLOSURE");
        return builder;
    }

    private void assertNothingIsLeft() throws IOException {
        Eventually.isTrue(() -> processesWithMarker().isEmpty());
        assertThat(mounts()).isEqualTo(mountsBefore);
        assertThat(Path.of("/sys/class/net/dummy-ground")).doesNotExist();
        assertThat(Path.of("/tmp", marker)).doesNotExist();
        assertThat(Path.of("/run", marker)).doesNotExist();
    }

    private static List<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts"));
    }

    private List<Long> processesWithMarker() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains(marker))
                        .isPresent())
                .map(ProcessHandle::pid)
                .toList();
    }
}
