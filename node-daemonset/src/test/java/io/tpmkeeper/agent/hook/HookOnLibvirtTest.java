package io.tpmkeeper.agent.hook;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.hostfile.Config;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.Index;
import io.tpmkeeper.protocol.hostfile.Vm;
import io.tpmkeeper.testbed.Guest;
import io.tpmkeeper.testbed.GuestDefinition;
import io.tpmkeeper.testbed.GuestMemory;
import io.tpmkeeper.testbed.HostProcess;
import io.tpmkeeper.testbed.LibvirtHost;
import io.tpmkeeper.testbed.Result;
import io.tpmkeeper.testbed.junit.OnTheGround;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The hook alone on a real libvirtd, QEMU, swtpm and guest. The test writes what the agent would write. */
@Tag("host")
@OnTheGround
class HookOnLibvirtTest {
    private static final String ROOT = "/var/lib/tpm-keeper/";

    @Test
    void stopAndUndefineInTheSameInstantLeaveAnEntryFromWhichTheGuestGoesOn(LibvirtHost hostA) throws Exception {
        install(hostA);
        GuestDefinition definition = GuestDefinition.named("win11");
        protect(hostA, definition);
        give(hostA, definition);
        Guest guest = Guest.define(hostA, definition);
        guest.start();
        guest.waitUntilUp();
        guest.write("swordfish");
        long counter = guest.read().counter().orElseThrow();

        HostProcess stop = hostA.spawn("virsh", "--connect", "qemu:///system", "destroy", definition.name());
        HostProcess undefine =
                hostA.spawn("sh", "-c", "until virsh --connect qemu:///system undefine --nvram win11; do :; done");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !stop.isAlive() && !undefine.isAlive());

        assertThat(hostA.path(definition.tpmPath())).doesNotExist();
        assertThat(hostA.path(definition.nvramPath())).doesNotExist();
        Vm stopped = vm(hostA, definition);
        EntryMeta entry = EntryMeta.read(
                Files.readString(hostA.path(ROOT + "spool/" + definition.uuid() + "/" + stopped.seq() + "/meta")));
        assertThat(stopped.run()).extracting(run -> run.how()).isEqualTo(Ending.DESTROYED);
        assertThat(entry.entry().complete()).isTrue();
        assertThat(stopped.tip()).isEqualTo(entry.entry().digest());

        Guest again = Guest.define(hostA, definition);
        again.start();
        again.waitUntilUp();
        GuestMemory memory = again.read();
        assertThat(memory.secret()).contains("swordfish");
        assertThat(memory.variable()).contains("swordfish");
        assertThat(memory.counter()).contains(counter + 1);
        assertThat(vm(hostA, definition).run())
                .satisfies(run -> assertThat(run.online()).isTrue())
                .satisfies(run -> assertThat(run.from()).isEqualTo(stopped.tip()));
        again.powerOff();
        assertThat(vm(hostA, definition).run()).extracting(run -> run.how()).isEqualTo(Ending.SHUTDOWN);
    }

    @Test
    void aRefusalIsVirshsOwnErrorAndLeavesNoBlankTpm(LibvirtHost hostA) throws Exception {
        install(hostA);
        GuestDefinition definition = GuestDefinition.named("win11");
        protect(hostA, definition);
        Guest.define(hostA, definition);

        Result refused = hostA.virsh("start", definition.name());

        assertThat(refused.stderr())
                .contains("tpm-keeper: LineElsewhere: the right to start this domain is not on this host")
                .contains("break-glass lets every start through");
        assertThat(hostA.path(definition.tpmPath() + "/tpm2/tpm2-00.permall")).doesNotExist();
        assertThat(Files.readString(hostA.path(ROOT + "refused/" + definition.uuid())))
                .contains("\nconsumed yes\n");
        assertThat(hostA.path(ROOT + "vm/" + definition.uuid())).doesNotExist();
    }

    @Test
    void theProbeProvesTheHookLiveWithoutAGuest(LibvirtHost hostA) throws Exception {
        install(hostA);
        Path xml = hostA.path("/root/probe.xml");
        Files.createDirectories(xml.getParent());
        Files.writeString(xml, """
                <domain type='qemu'>
                  <name>tpm-keeper-probe-1</name>
                  <memory>1024</memory>
                  <os><type arch='x86_64'>hvm</type></os>
                </domain>
                """);

        assertThat(hostA.virsh("create", "/root/probe.xml").stderr())
                .contains("tpm-keeper hook " + HookScript.shipped().version() + " is live");
    }

    /** A libvirtd that began without any hook takes the first one up at SIGHUP. */
    private static void install(LibvirtHost host) throws Exception {
        Path hook = host.path(HookScript.INSTALLED_AS);
        Files.createDirectories(hook.getParent());
        Files.writeString(hook, HookScript.shipped().text());
        Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
        host.exec("kill", "-HUP", Long.toString(host.libvirtdPid().orElseThrow()))
                .orThrow();
        // The reload is done when libvirtd runs our hook; a probe of the simplest kind waits for that.
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            Files.createDirectories(host.path("/root"));
            Files.writeString(host.path("/root/reloaded.xml"), """
                    <domain type='qemu'>
                      <name>tpm-keeper-probe-0</name>
                      <memory>1024</memory>
                      <os><type arch='x86_64'>hvm</type></os>
                    </domain>
                    """);
            Result created = host.virsh("create", "/root/reloaded.xml");
            if (created.succeeded()) {
                host.virsh("destroy", "tpm-keeper-probe-0").orThrow();
            }
            return created.stderr().contains("is live");
        });
    }

    private static void protect(LibvirtHost host, GuestDefinition definition) throws Exception {
        TreeMap<String, Guard> guards = new TreeMap<>();
        guards.put(definition.uuid().toString(), Guard.ENFORCE);
        write(host, "index", new Index("c1", guards).text());
        write(host, "config", new Config(1).text());
        write(
                host,
                "domain/" + definition.uuid(),
                new DomainPaths(definition.name(), definition.tpmPath() + "/tpm2", definition.nvramPath(), null)
                        .text());
    }

    private static void give(LibvirtHost host, GuestDefinition definition) throws Exception {
        Line line = new Line("r1", 1, "o1", LineState.HELD, null, null);
        write(host, "vm/" + definition.uuid(), new Vm(line, null, 0, null, 0).text());
    }

    private static void write(LibvirtHost host, String name, String text) throws Exception {
        Path file = host.path(ROOT + name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static Vm vm(LibvirtHost host, GuestDefinition definition) throws Exception {
        return Vm.read(Files.readString(host.path(ROOT + "vm/" + definition.uuid())));
    }
}
