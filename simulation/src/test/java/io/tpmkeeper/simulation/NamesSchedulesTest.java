package io.tpmkeeper.simulation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.simulation.host.Plan.Fate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** NVRAM lies under the domain's name, which is not its own for ever; and a domain need not be defined at all. */
class NamesSchedulesTest extends Schedules {
    /** @param moves not every libvirt renames the NVRAM: then the new name has none, and the tip's is put there */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRenamedDomainStartsFromItsTipAndNotFromWhatHasItsOldName(boolean moves) {
        stoppedOn(a);
        a.libvirt().rename(moves);
        a.agent().die();
        tries(a);
        assertThat(a.libvirt().runs()).isFalse();
        a.libvirt().timeOut();
        assertThat(requireNonNull(a.refusal()).reason()).isEqualTo("DomainUnknown");
        a.agent().live();
        world.settle(1);
        starts(a);
        assertThat(a.libvirt().isAnothersVarsAside()).isFalse();
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(b);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fate.class,
            names = {"FAILS_EARLY", "FAILS_LATE"})
    void aTransientDomainWhoseStartFailsTakesItsTpmAlongAndLosesNothing(Fate fate) {
        stoppedOn(a);
        world.undefine(a);
        a.libvirt().create(fate);
        assertThat(a.libvirt().isDefined()).isFalse();
        assertThat(a.libvirt().runs()).isFalse();
        world.settle(2);
        a.libvirt().create(Fate.RUNS);
        assertThat(a.runsOnline()).isTrue();
        world.write(a);
        a.libvirt().stop(Ending.SHUTDOWN);
        world.settle(2);
        starts(b);
    }

    @Test
    void aTransientDomainWhoseFirstStartOfAllFailsIsGivenAgain() {
        a.libvirt().define();
        apply();
        world.undefine(a);
        a.libvirt().create(Fate.FAILS_EARLY);
        world.settle(3);
        starts(b);
    }
}
