package io.tpmkeeper.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tpmkeeper.agent.place.PlaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibvirtDaemonTest {
    @TempDir
    private Path processes;

    @Test
    void theHostsOwnDaemonIsFoundAndNotThatOfAContainer() throws Exception {
        process("1", "systemd", "1");
        process("70", "virtqemud", "70\t12");
        process("80", "libvirtd", "80");
        process("90", "libvirtd-wrap", "90");
        Files.createDirectory(processes.resolve("self"));

        assertThat(new LibvirtDaemon(processes).find(LibvirtDaemon.ALL)).hasValue(80);
    }

    @Test
    void aModularDaemonIsFoundByItsName() throws Exception {
        process("60", "virtqemud", "60");
        process("80", "libvirtd", "80");

        assertThat(new LibvirtDaemon(processes).find(List.of("virtqemud"))).hasValue(60);
        assertThat(new LibvirtDaemon(processes).find(List.of("libvirtd"))).hasValue(80);
    }

    @Test
    void withoutAnyAPersonIsToldWhatToDo() throws Exception {
        process("70", "virtqemud", "70\t12");

        assertThatThrownBy(() -> new LibvirtDaemon(processes).rereadHooks(LibvirtDaemon.ALL))
                .isInstanceOf(PlaceException.class)
                .hasMessageContaining("kill -HUP");
    }

    private void process(String number, String name, String numbers) throws IOException {
        Path process = Files.createDirectory(processes.resolve(number));
        Files.writeString(process.resolve("comm"), name + "\n");
        Files.writeString(process.resolve("status"), "Name:\t" + name + "\nNSpid:\t" + numbers + "\nNSpgid:\t1\n");
    }
}
