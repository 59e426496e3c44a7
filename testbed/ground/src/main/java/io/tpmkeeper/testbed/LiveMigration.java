package io.tpmkeeper.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A live migration that is under way from one host to another: persistent there, undefined here, as the tools above libvirt do
 * it. Memory goes through a socket on the ground, which both hosts see.
 */
public final class LiveMigration {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final Guest from;
    private final LibvirtHost to;
    private final HostProcess virsh;

    private LiveMigration(Guest from, LibvirtHost to, HostProcess virsh) {
        this.from = from;
        this.to = to;
        this.virsh = virsh;
    }

    static LiveMigration begin(Guest from, LibvirtHost to, String... more) {
        List<String> command = new ArrayList<>(List.of(
                "virsh",
                "migrate",
                "--live",
                "--persistent",
                "--undefinesource",
                "--domain",
                from.name(),
                "--desturi",
                "qemu+unix:///system?socket=" + to.socket(),
                "--migrateuri",
                "unix://" + to.disk().resolve("migration-" + from.name())));
        Stream.of(more).forEach(command::add);
        return new LiveMigration(from, to, from.host().spawn(command.toArray(String[]::new)));
    }

    /** Waits until the guest runs on its new host, and listens to it there. */
    public Guest arrived() {
        await("the end of the migration", () -> !virsh.isAlive());
        if (virsh.waitFor(Duration.ZERO).orElseThrow() != 0) {
            throw new IllegalStateException("the migration failed: " + virsh.output());
        }
        from.close();
        return Guest.listenedTo(to, from.definition());
    }

    /** Waits until memory is on its way: a QEMU receives it on the other host. */
    public void awaitTransfer() {
        await("memory to be on its way", () -> virsh.isAlive() && isInitiated() && isReceiving());
    }

    /** Kills the QEMU that receives, and waits until the migration has failed; what virsh said. */
    public String failByTheReceiversDeath() {
        to.exec("pkill", "-KILL", "-f", "qemu-system.*guest=" + from.name() + ",")
                .orThrow();
        await("the failure of the migration", () -> !virsh.isAlive());
        if (virsh.waitFor(Duration.ZERO).orElseThrow() == 0) {
            throw new IllegalStateException("the migration succeeded without a receiver");
        }
        await("the receiver's stop", () -> !isReceiving());
        return virsh.output();
    }

    /** By libvirt's own log; the hooks of a start have run on the other host by then. */
    private boolean isInitiated() throws IOException {
        return Files.readString(from.host().path("/var/log/libvirt/qemu/" + from.name() + ".log"))
                .contains(": initiating migration");
    }

    private boolean isReceiving() {
        return to.virsh("list", "--uuid")
                .stdout()
                .contains(from.definition().uuid().toString());
    }

    private void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what + "; virsh said: " + virsh.output())
                .atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }
}
