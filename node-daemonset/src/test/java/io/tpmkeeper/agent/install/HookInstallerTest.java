package io.tpmkeeper.agent.install;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.agent.place.DomainPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.Mockito;

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

    @Test
    void libvirtIsToldOnceAndTheProofIsItsRefusal() throws Exception {
        DomainPlace place = Mockito.mock(DomainPlace.class);
        Mockito.when(place.probe())
                .thenReturn(
                        "",
                        "",
                        "Hook script execution failed: unexpected exit status 1: tpm-keeper hook 0.1.0 is live");
        HookKeeper keeper = new HookKeeper(installer("0.1.0"));
        assertThat(keeper.keep(place).live()).isFalse();
        assertThat(keeper.keep(place).live()).isFalse();
        assertThat(keeper.keep(place)).isEqualTo(new HookState("0.1.0", true, false, null));
        assertThat(keeper.isDue()).isFalse();
        Mockito.verify(place, Mockito.times(1)).rereadHooks();
    }
}
