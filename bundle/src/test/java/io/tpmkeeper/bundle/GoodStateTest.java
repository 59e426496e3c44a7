package io.tpmkeeper.bundle;

import static io.tpmkeeper.bundle.Fixtures.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What real tools make is accepted. */
class GoodStateTest {
    @Test
    void plainPermallIsAccepted() {
        assertThat(accepted(PermallCheck.check(Fixtures.permall())))
                .isEqualTo(new PermallCheck.PermallFacts(false, OptionalInt.of(3)));
    }

    @Test
    void payloadVersion4IsAcceptedAndNamed() {
        byte[] file = Fixtures.permall();
        file[17] = 4;

        assertThat(accepted(PermallCheck.check(file)).payloadVersion()).hasValue(4);
    }

    @Test
    void encryptedPermallIsAcceptedWithoutALookInside() {
        assertThat(accepted(PermallCheck.check(Fixtures.resource("fixtures/permall-encrypted"))))
                .isEqualTo(new PermallCheck.PermallFacts(true, OptionalInt.empty()));
    }

    @Test
    @Tag("host")
    void whatThisMachinesSwtpmMakesIsAccepted(@TempDir Path directory) throws IOException, InterruptedException {
        Tools.run(directory, "swtpm_setup", "--tpm2", "--tpmstate", directory.toString(), "--createek");

        byte[] file = Files.readAllBytes(directory.resolve("tpm2-00.permall"));
        assertThat(accepted(PermallCheck.check(file)).encrypted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2m", "4m", "4m-ms"})
    void variableStoresOfOvmfAreAccepted(String which) {
        byte[] file = Fixtures.vars(which);

        assertThat(accepted(NvramCheck.check(file)).volumeBytes()).isEqualTo(file.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {540_673, 64 * 1024 * 1024})
    void storePaddedToItsFlashChipIsAccepted(int size) {
        byte[] file = Arrays.copyOf(Fixtures.vars("4m"), size);

        assertThat(accepted(NvramCheck.check(file)).volumeBytes()).isEqualTo(540_672);
    }

    @Test
    @Tag("host")
    void variableStoresThatThisMachineHasAreAccepted() throws IOException {
        try (Stream<Path> firmware = Files.list(Path.of("/usr/share/OVMF"))) {
            assertThat(firmware.filter(path -> path.toString().matches(".*VARS.*\\.fd")))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(NvramCheck.check(Files.readAllBytes(file)))
                            .isInstanceOf(Checked.Accepted.class));
        }
    }
}
