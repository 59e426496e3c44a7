package io.tpmkeeper.agent.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HookInstallerTest {
    @TempDir
    private Path directory;

    private Path target() {
        return directory.resolve("hooks/qemu.d/50-tpm-keeper");
    }

    private HookInstaller installer(String version) {
        return new HookInstaller(target(), "#!/bin/sh\nversion=" + version + "\n", version);
    }

    @Test
    void itIsInstalledExecutableAndWithoutATrace() throws IOException {
        assertThat(installer("0.1.0").install()).isEqualTo(HookInstaller.Outcome.INSTALLED);
        assertThat(target()).isExecutable();
        assertThat(installer("0.1.0").install()).isEqualTo(HookInstaller.Outcome.UNCHANGED);
        assertThat(directory.resolve("hooks/qemu.d")).isDirectoryContaining(f -> f.equals(target()));
        assertThat(directory.resolve("hooks").toFile().list()).containsExactly("qemu.d");
    }

    @Test
    void anOlderOneIsReplacedAndANewerOneLeftAlone() throws IOException {
        installer("0.9.0").install();
        assertThat(installer("0.10.0").install()).isEqualTo(HookInstaller.Outcome.INSTALLED);
        assertThat(installer("0.9.0").install()).isEqualTo(HookInstaller.Outcome.NEWER);
        assertThat(installer("0.9.0").installedVersion()).contains("0.10.0");
    }

    @Test
    void oneThatCannotBeExecutedIsPutRight() throws IOException {
        installer("0.1.0").install();
        Files.setPosixFilePermissions(target(), java.util.Set.of());
        assertThat(installer("0.1.0").install()).isEqualTo(HookInstaller.Outcome.INSTALLED);
    }
}
