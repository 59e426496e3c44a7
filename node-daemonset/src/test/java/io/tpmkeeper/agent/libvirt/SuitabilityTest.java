package io.tpmkeeper.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.Trouble;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuitabilityTest {
    private static String with(String... architectures) {
        StringBuilder guests = new StringBuilder();
        for (String each : architectures) {
            guests.append("<guest><os_type>hvm</os_type><arch name='%s'><wordsize>64</wordsize></arch></guest>"
                    .formatted(each));
        }
        return "<capabilities><host><cpu><arch>x86_64</arch></cpu></host>" + guests + "</capabilities>";
    }

    @ParameterizedTest(name = "libvirt {0}")
    @CsvSource({
        "1003003, TOO_OLD, libvirt 1.3.3 is too old",
        "6000000, TOO_OLD, libvirt 6.0.0 is too old",
        "6004999, TOO_OLD, libvirt 6.4.999 is too old",
        "6005000,,",
        "9000000,,",
        "11003000,,",
    })
    void theLeastLibvirtIsTheFirstThatCallsHooksInQemuD(long version, Trouble.Kind kind, String said)
            throws PlaceException {
        Optional<Trouble> trouble = Suitability.judge(version, with("i686", "x86_64"), "x86_64");

        assertThat(trouble.map(Trouble::kind)).isEqualTo(Optional.ofNullable(kind));
        assertThat(trouble.map(Trouble::message).orElse(""))
                .contains(said == null ? "" : said)
                .contains(said == null ? "" : "Upgrade libvirt to 6.5.0 or newer");
    }

    @ParameterizedTest(name = "emulators: {0}")
    @CsvSource({"none", "aarch64"})
    void withoutAnEmulatorForThisMachineNothingCanStart(String has) throws PlaceException {
        String capabilities = has.equals("none") ? with() : with(has);

        Trouble trouble = Suitability.judge(9_000_000, capabilities, "x86_64").orElseThrow();

        assertThat(trouble.kind()).isEqualTo(Trouble.Kind.NO_EMULATOR);
        assertThat(trouble.message()).contains("no QEMU for x86_64", "Install QEMU");
    }

    @Test
    void aTooOldLibvirtIsNamedBeforeAMissingQemu() throws PlaceException {
        assertThat(Suitability.judge(6_000_000, with(), "x86_64"))
                .map(Trouble::kind)
                .contains(Trouble.Kind.TOO_OLD);
    }
}
