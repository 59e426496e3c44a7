package io.tpmkeeper.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.agent.place.PlaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracesTest {
    @TempDir
    private Path root;

    @BeforeEach
    void processes() throws IOException {
        Files.createDirectory(root.resolve("proc"));
    }

    private Traces traces() {
        return new Traces(
                new LibvirtPaths(root.resolve("state"), root.resolve("definitions"), root.resolve("run")),
                new LibvirtDaemon(root.resolve("proc")));
    }

    @Test
    void aNodeThatNeverHadLibvirtHasNone() throws PlaceException {
        assertThat(traces().none()).isTrue();
    }

    @Test
    void emptyDirectoriesThatAKubeletMadeAreNoTraces() throws IOException, PlaceException {
        for (String each : new String[] {"state/swtpm", "state/qemu/nvram", "definitions/networks", "run/qemu"}) {
            Files.createDirectories(root.resolve(each));
        }
        assertThat(traces().none()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"definitions/vm1.xml", "run/qemu/vm1.xml", "state/swtpm/5f0c", "state/qemu/nvram/vm1_VARS.fd"})
    void whatIsLeftOfADomainIsOne(String left) throws IOException, PlaceException {
        Path file = root.resolve(left);
        Files.createDirectories(file.getParent());
        Files.createFile(file);

        assertThat(traces().none()).isFalse();
        assertThat(traces().noneOfDomains()).isFalse();
    }

    @Test
    void aDaemonWhoseSocketIsNotWhereItIsLookedForIsOne() throws IOException, PlaceException {
        Path process = Files.createDirectory(root.resolve("proc/80"));
        Files.writeString(process.resolve("comm"), "libvirtd\n");
        Files.writeString(process.resolve("status"), "NSpid:\t80\n");

        assertThat(traces().none()).isFalse();
        assertThat(traces().noneOfDomains()).isTrue();
    }
}
