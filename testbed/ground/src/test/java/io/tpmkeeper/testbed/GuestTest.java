package io.tpmkeeper.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.testbed.junit.OnTheGround;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("host")
@OnTheGround
class GuestTest {
    @Test
    void a_guest_remembers_across_boots_with_its_own_TPM_and_NVRAM_only(LibvirtHost hostA) {
        Guest guest = Guest.define(hostA, GuestDefinition.named("vm").ownedBy("vms"));
        guest.start();
        assertThat(guest.waitUntilUp()).contains("64-bit UEFI, with a TPM");
        guest.write("swordfish");
        guest.powerOff();

        guest.start();
        guest.waitUntilUp();
        GuestMemory kept = guest.read();
        assertThat(kept.secret()).contains("swordfish");
        assertThat(kept.variable()).contains("swordfish");
        long counter = kept.counter().orElseThrow();
        assertThat(guest.tell("extend"))
                .singleElement()
                .asString()
                .startsWith("secret locked:")
                .contains("a policy check failed");
        guest.powerOff();

        hostA.exec("rm", guest.definition().nvramPath()).orThrow();
        GuestMemory blankNvram = bootAndRead(guest);
        assertThat(blankNvram.variable()).isEmpty();
        assertThat(blankNvram.secret()).contains("swordfish");
        assertThat(blankNvram.counter()).contains(counter + 1);

        hostA.exec("rm", "-r", guest.definition().tpmPath()).orThrow();
        GuestMemory blankTpm = bootAndRead(guest);
        assertThat(blankTpm.secret()).isEmpty();
        assertThat(blankTpm.counter()).isEmpty();
        assertThat(blankTpm.said()).anyMatch(line -> line.startsWith("secret missing: "));
    }

    @Test
    void a_guest_goes_on_at_home_when_its_live_migration_fails_and_away_when_it_succeeds(
            LibvirtHost hostA, LibvirtHost hostB) {
        Guest guest = Guest.define(hostA, GuestDefinition.named("vm"));
        guest.start();
        guest.waitUntilUp();
        guest.write("swordfish");
        long counter = guest.read().counter().orElseThrow();

        Guest.define(hostB, guest.definition());
        LiveMigration fails = guest.migrateSlowly(hostB);
        fails.awaitTransfer();
        assertThat(fails.failByTheReceiversDeath()).contains("error: ");
        assertThat(guest.read().counter()).contains(counter + 1);
        assertThat(hostB.path(guest.definition().tpmPath() + "/tpm2/tpm2-00.permall"))
                .as("the blank TPM that libvirt made for it")
                .exists();

        Guest moved = guest.migrate(hostB).arrived();
        assertThat(guest.isActive()).isFalse();
        assertThat(hostA.virsh("domstate", "vm").stderr()).contains("failed to get domain 'vm'");
        GuestMemory memory = moved.read();
        assertThat(memory.counter()).contains(counter + 2);
        assertThat(memory.variable()).contains("swordfish");
        moved.powerOff();
    }

    @Test
    void a_guest_without_a_TPM_says_so(LibvirtHost hostA) {
        Guest guest = Guest.create(hostA, GuestDefinition.named("bare").withoutTpm());
        assertThat(guest.waitUntilUp()).contains("without a TPM");
        assertThat(guest.tell("nonsense")).isEqualTo(List.of("unknown command: nonsense"));
        guest.powerOff();
        assertThat(guest.isActive()).isFalse();
    }

    private static GuestMemory bootAndRead(Guest guest) {
        guest.start();
        guest.waitUntilUp();
        GuestMemory memory = guest.read();
        guest.powerOff();
        return memory;
    }
}
