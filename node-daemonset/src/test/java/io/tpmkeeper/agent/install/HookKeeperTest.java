package io.tpmkeeper.agent.install;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.agent.place.DomainPlace;
import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.Mockito;

class HookKeeperTest {
    private static final String LIVE =
            "Hook script execution failed: unexpected exit status 1: tpm-keeper hook 0.1.0 is live";

    @TempDir
    private Path directory;

    private final DomainPlace place = Mockito.mock(DomainPlace.class);

    @BeforeEach
    void libvirtSuits() throws PlaceException {
        Mockito.when(place.trouble()).thenReturn(Optional.empty());
    }

    private Path target() {
        return directory.resolve("hooks/qemu.d/50-tpm-keeper");
    }

    private HookKeeper keeper(String version) {
        return new HookKeeper(new HookInstaller(target(), "#!/bin/sh\nversion=" + version + "\n", version));
    }

    @Test
    void libvirtIsToldOnceAndTheProofIsItsRefusal() throws Exception {
        Mockito.when(place.probe()).thenReturn("", "", LIVE);
        HookKeeper keeper = keeper("0.1.0");
        assertThat(keeper.keep(place).live()).isFalse();
        assertThat(keeper.keep(place).live()).isFalse();
        assertThat(keeper.keep(place)).isEqualTo(HookState.live("0.1.0", false, null));
        assertThat(keeper.isDue()).isFalse();
        Mockito.verify(place, Mockito.times(1)).rereadHooks();
    }

    @Test
    void aLibvirtThatCannotCallItIsNeitherProbedNorToldToLook() throws Exception {
        Trouble tooOld = new Trouble(Trouble.Kind.TOO_OLD, "libvirt 6.0.0 is too old.");
        Mockito.when(place.trouble()).thenReturn(Optional.of(tooOld));
        HookKeeper keeper = keeper("0.1.0");

        assertThat(keeper.keep(place))
                .isEqualTo(new HookState("0.1.0", false, false, "libvirt 6.0.0 is too old.", tooOld, null));

        Mockito.verify(place, Mockito.never()).probe();
        Mockito.verify(place, Mockito.never()).rereadHooks();
        assertThat(keeper.isDue()).as("it is looked at again").isTrue();
        assertThat(keeper.isPressing()).as("not each second").isFalse();
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsNamedAndTriedAgain() throws Exception {
        Mockito.when(place.probe()).thenReturn("", LIVE);
        Files.writeString(directory.resolve("hooks"), "a file where the directory should be");
        HookKeeper keeper = keeper("0.1.0");

        HookState failed = keeper.keep(place);
        assertThat(failed.live()).isFalse();
        assertThat(failed.notWritten()).contains("hook 0.1.0 cannot be put in place", directory + "/hooks");
        Mockito.verify(place, Mockito.never()).rereadHooks();

        Files.delete(directory.resolve("hooks"));
        assertThat(keeper.keep(place)).isEqualTo(HookState.live("0.1.0", false, null));
    }

    @Test
    void anOlderHookThatIsLiveStaysSoThoughItCannotBeReplaced() throws Exception {
        Mockito.when(place.probe()).thenReturn(LIVE);
        assertThat(keeper("0.1.0").keep(place).live()).isTrue();
        Path blocked = Files.createDirectory(directory.resolve("hooks/.tpm-keeper-hook.new"));
        Files.writeString(blocked.resolve("in-the-way"), "");

        HookKeeper newer = keeper("0.2.0");
        HookState state = newer.keep(place);

        assertThat(state.live()).isTrue();
        assertThat(state.version()).isEqualTo("0.1.0");
        assertThat(state.notWritten()).contains("hook 0.2.0 cannot be put in place");
        assertThat(newer.isDue()).as("it is tried again").isTrue();
    }

    @Test
    void aHookThatIsNotCalledIsNotLookedAtEachSecondForEver() throws Exception {
        Mockito.when(place.probe()).thenReturn("");
        HookKeeper keeper = keeper("0.1.0");
        assertThat(keeper.isPressing()).isTrue();
        for (int i = 0; i < 30; i++) {
            keeper.keep(place);
        }
        assertThat(keeper.isPressing()).isFalse();
        assertThat(keeper.isDue()).isTrue();
    }

    @Test
    void aDaemonThatTakesNoSignalIsNamedBesideWhatItAnswered() throws PlaceException, IOException {
        Mockito.when(place.probe()).thenReturn("No hook.");
        Mockito.doThrow(new PlaceException("no libvirtd or virtqemud is seen"))
                .when(place)
                .rereadHooks();

        assertThat(keeper("0.1.0").keep(place).message()).contains("No hook.", "no libvirtd or virtqemud is seen");
    }
}
