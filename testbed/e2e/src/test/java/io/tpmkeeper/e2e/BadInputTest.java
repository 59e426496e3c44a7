package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.testbed.HostProcess;
import io.tpmkeeper.testbed.LibvirtHost;
import io.tpmkeeper.testbed.Result;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes wrong on a host has a name, and the last good generation stays. */
@Tag("process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
    private static final String NAMESPACE = "vms";

    @AutoClose
    private Deployment deployment;

    private LibvirtHost hostA;

    @BeforeAll
    void install() {
        deployment = EndsOnly.in(Deployment.ofPrograms());
        hostA = deployment.hostA();
        deployment.createNamespace(NAMESPACE);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiterString = "::", quoteCharacter = '"', textBlock = """
            truncated   :: TpmTruncated   :: truncate -s 100 %1$s
            garbage     :: TpmNotPermall  :: tr '\\0' x </dev/zero | head -c 4991 >%1$s
            wronglength :: TpmLengthWrong :: printf '\\0\\0\\0\\1' | dd of=%1$s bs=1 seek=6 conv=notrunc
            """)
    void a_TPM_file_that_is_none_is_refused_by_name_and_the_last_good_generation_stays(
            String name, String refusal, String spoil) {
        SavedVm vm = savedAndStartedAgain(name);

        spoilAndDestroy(vm, spoil);

        String message = vm.state().await(ConditionType.READY, false, Reason.CAPTURE_REFUSED);
        assertThat(message).contains(refusal);
        vm.state().await(ConditionType.STALLED, true, Reason.CAPTURE_REFUSED);
        firstGenerationStays(vm);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiterString = "::", quoteCharacter = '"', textBlock = """
            empty    :: is empty              :: : >%1$s
            symlink  :: is a symbolic link    :: echo not-yours >/root-only; rm %1$s; ln -s /root-only %1$s
            fifo     :: is not a regular file :: rm %1$s; mkfifo %1$s
            device   :: is not a regular file :: rm %1$s; mknod %1$s c 1 5
            hardlink :: has another hard link :: ln %1$s %1$s.other
            """)
    void an_empty_file_or_what_is_no_plain_file_of_the_VMs_own_is_a_lost_tail_and_hangs_no_stop(
            String name, String refusal, String spoil) {
        SavedVm vm = savedAndStartedAgain(name);

        spoilAndDestroy(vm, spoil);

        String message = vm.state().await(ConditionType.READY, false, Reason.LOST_TAIL);
        assertThat(message).contains("StateFileRefused: the TPM state file " + refusal);
        firstGenerationStays(vm);
        assertThat(hostA.exec("grep", "-rl", "not-yours", "/var/lib/tpm-keeper").stdout())
                .isEmpty();
    }

    @Test
    void a_stop_that_can_be_written_nowhere_is_held_and_goes_on_when_there_is_room() {
        SavedVm vm = SavedVm.running(deployment, NAMESPACE, "held", new Log());
        String spool = "/var/lib/tpm-keeper/spool";
        hostA.exec("mount", "-t", "tmpfs", "-o", "size=16k,mode=700", "full", spool)
                .orThrow();
        hostA.exec(
                        "sh",
                        "-c",
                        "dd if=/dev/zero of=" + spool + "/full bs=4k; for d in /var/lib/libvirt/swtpm"
                                + " /var/lib/libvirt/qemu/nvram; do rm -rf $d/.tpm-keeper-rescue; touch $d/.tpm-keeper-rescue; done")
                .orThrow();

        HostProcess stop =
                hostA.spawn("virsh", "destroy", vm.guest().definition().name());
        vm.state().await(ConditionType.READY, false, Reason.STOP_HELD);
        assertThat(stop.waitFor(Duration.ZERO))
                .as("exit of a stop that is held")
                .isEmpty();
        hostA.exec("umount", "-l", spool).orThrow();

        Eventually.isTrue("the stop returns", () -> !stop.isAlive());
        vm.state().awaitSavedAfter(0);
        hostA.exec(
                        "sh",
                        "-c",
                        "rm -f /var/lib/libvirt/swtpm/.tpm-keeper-rescue /var/lib/libvirt/qemu/nvram/.tpm-keeper-rescue")
                .orThrow();
    }

    @Test
    void a_read_only_spool_keeps_the_end_by_second_names_until_it_can_be_written() {
        SavedVm vm = SavedVm.running(deployment, NAMESPACE, "readonly", new Log());
        String spool = "/var/lib/tpm-keeper/spool";
        hostA.exec("mount", "-t", "tmpfs", "-o", "ro", "readonly", spool).orThrow();

        hostA.virsh("destroy", vm.guest().definition().name()).orThrow();
        assertThat(hostA.exec("ls", "/var/lib/libvirt/swtpm/.tpm-keeper-rescue").stdout())
                .contains(vm.uuid());
        hostA.exec("umount", "-l", spool).orThrow();

        vm.state().awaitSavedAfter(0);
        vm.guest().bootAndKnowAll();
        vm.guest().powerOff();
    }

    @Test
    void a_torn_host_file_refuses_the_start_by_its_name() {
        SavedVm vm = SavedVm.on(deployment, NAMESPACE, "torn", new Log());
        hostA.exec("sh", "-c", "truncate -s 40 /var/lib/tpm-keeper/vm/" + vm.uuid())
                .orThrow();

        Result refused = vm.guest().guest().tryStart();

        assertThat(refused.succeeded()).isFalse();
        assertThat(refused.stderr()).contains("tpm-keeper: HostFileUnreadable: ");
        vm.state().await(ConditionType.START_REFUSED, true, Reason.HOST_FILE_UNREADABLE);
        firstGenerationStays(vm);
    }

    /** The second run's CPUs stand still: nobody writes the TPM but the test. */
    private SavedVm savedAndStartedAgain(String name) {
        SavedVm vm = SavedVm.on(deployment, NAMESPACE, name, new Log());
        hostA.virsh("start", "--paused", vm.guest().definition().name()).orThrow();
        return vm;
    }

    /** @param spoil a command for the TPM's file. The power is cut at once, so that swtpm does not write it again. */
    private void spoilAndDestroy(SavedVm vm, String spoil) {
        String tpm = vm.guest().definition().tpmPath() + "/tpm2/tpm2-00.permall";
        hostA.exec("sh", "-e", "-c", spoil.formatted(tpm)).orThrow();
        hostA.virsh("destroy", vm.guest().definition().name()).orThrow();
    }

    private static void firstGenerationStays(SavedVm vm) {
        VmTpmStateStatus.Generation current =
                Objects.requireNonNull(vm.state().status().current());
        assertThat(current.generation()).isEqualTo(1);
        assertThat(vm.state().secrets())
                .extracting(secret -> secret.getMetadata().getName())
                .containsExactly(current.secretName());
    }
}
