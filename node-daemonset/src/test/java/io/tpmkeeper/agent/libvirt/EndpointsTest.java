package io.tpmkeeper.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointsTest {
    @TempDir
    private Path run;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "'', ''",
        "libvirt-sock, libvirt-sock",
        "virtqemud-sock, virtqemud-sock",
        "libvirt-sock virtqemud-sock, virtqemud-sock libvirt-sock",
        "libvirt-sock-ro virtlogd-sock, ''",
    })
    void theDaemonThatRunsQemuIsFoundByItsSocketTheModularOneFirst(String there, String tried) throws IOException {
        for (String name : words(there)) {
            Files.createFile(run.resolve(name));
        }

        assertThat(new Endpoints("qemu:///system", run).present())
                .extracting(Endpoints.Endpoint::uri)
                .containsExactlyElementsOf(words(tried).stream()
                        .map(name -> "qemu+unix:///system?socket=" + run.resolve(name))
                        .toList());
    }

    @Test
    void theProcessToTellOfHooksIsTheOneBehindTheSocket() throws IOException {
        Files.createFile(run.resolve("virtqemud-sock"));
        Files.createFile(run.resolve("libvirt-sock"));

        assertThat(new Endpoints("qemu:///system", run).present())
                .extracting(Endpoints.Endpoint::hookCallers)
                .as("a proxy may be behind the socket of old")
                .containsExactly(List.of("virtqemud"), List.of("libvirtd", "virtqemud"));
    }

    @Test
    void whatWasAskedForByNameIsTakenWordForWord() {
        assertThat(new Endpoints("qemu+unix:///system?socket=/elsewhere", run).present())
                .extracting(Endpoints.Endpoint::uri)
                .containsExactly("qemu+unix:///system?socket=/elsewhere");
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" "));
    }
}
