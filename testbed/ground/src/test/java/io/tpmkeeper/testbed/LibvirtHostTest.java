package io.tpmkeeper.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.testbed.junit.OnTheGround;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("host")
@OnTheGround
class LibvirtHostTest {
    @Test
    void a_host_begins_with_a_running_libvirtd_and_without_a_hook(LibvirtHost hostA) throws IOException {
        assertThat(hostA.exec("hostname").orThrow().stdout()).isEqualTo("host-a\n");
        assertThat(hostA.libvirtdPid()).isPresent();
        assertThat(hostA.path("/etc/libvirt/hooks")).isEmptyDirectory();
        assertThat(hostA.path("/var/lib/tpm-keeper")).isEmptyDirectory();
        assertThat(hostA.path("/run/tpm-keeper")).doesNotExist();
        assertThat(Files.readString(hostA.path("/etc/machine-id")).strip()).hasSize(32);
    }

    @Test
    void what_happens_on_one_host_is_invisible_to_the_other(LibvirtHost hostA, LibvirtHost hostB) {
        GuestDefinition vm = GuestDefinition.named("vm");
        Guest onA = Guest.define(hostA, vm);
        assertThat(hostB.virsh("domstate", "vm").succeeded()).isFalse();
        Guest.define(hostB, vm);

        onA.undefine().orThrow();

        assertThat(hostA.virsh("domstate", "vm").stderr()).contains("failed to get domain 'vm'");
        assertThat(hostB.virsh("domstate", "vm").stdout()).startsWith("shut off");
    }

    @Test
    void nothing_of_a_host_is_written_to_the_machine(LibvirtHost hostA) {
        hostA.exec("touch", "/etc/left-behind", "/var/lib/left-behind", "/run/left-behind")
                .orThrow();

        assertThat(hostA.path("/etc/left-behind")).exists();
        assertThat(Path.of("/etc/left-behind")).doesNotExist();
        assertThat(Path.of("/var/lib/left-behind")).doesNotExist();
        assertThat(Path.of("/run/left-behind")).doesNotExist();
    }

    @Test
    void a_power_loss_ends_all_processes_and_keeps_the_disk(LibvirtHost hostA) throws IOException {
        Guest guest = Guest.define(hostA, GuestDefinition.named("vm"));
        guest.start();
        Files.writeString(hostA.path("/var/lib/tpm-keeper/on-disk"), "kept");
        Files.writeString(hostA.path("/run/in-memory"), "lost");
        HostProcess process = hostA.spawn("sleep", "infinity");

        hostA.powerOff();

        // What waits for it outside of the host hears of it a moment later.
        assertThat(process.waitFor(Duration.ofSeconds(30))).isPresent();
        hostA.boot();
        assertThat(hostA.path("/var/lib/tpm-keeper/on-disk")).hasContent("kept");
        assertThat(hostA.path("/run/in-memory")).doesNotExist();
        assertThat(guest.isActive()).isFalse();
        assertThat(hostA.path(guest.definition().nvramPath())).exists();
    }

    @Test
    void a_VM_goes_on_while_libvirtd_is_killed_or_restarted(LibvirtHost hostA) {
        Guest guest = Guest.define(hostA, GuestDefinition.named("vm"));
        guest.start();
        long first = hostA.libvirtdPid().orElseThrow();

        hostA.killLibvirtd();
        assertThat(hostA.libvirtdPid()).isEmpty();
        hostA.startLibvirtd();
        assertThat(guest.isActive()).isTrue();
        hostA.restartLibvirtd();

        assertThat(guest.isActive()).isTrue();
        assertThat(hostA.libvirtdPid()).isPresent().get().isNotEqualTo(first);
    }

    @Test
    void a_signal_reaches_the_process_itself(LibvirtHost hostA) {
        HostProcess process =
                hostA.spawn("sh", "-c", "trap 'echo asked to stop; exit 3' TERM; echo began; sleep infinity & wait");
        Eventually.isTrue(() -> process.output().contains("began"));

        process.stop();

        assertThat(process.output()).contains("asked to stop");
        assertThat(process.waitFor(Duration.ZERO)).contains(3);
    }
}
