package io.tpmkeeper.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A virtual machine on one {@link LibvirtHost} and, while it runs, the Linux in it, which answers on its serial console (see
 * {@code testbed/guest/init}). The same definition on another host is another Guest.
 */
public final class Guest implements AutoCloseable {
    private static final Duration BOOT = Duration.ofSeconds(180);
    private static final Duration ANSWER = Duration.ofSeconds(90);

    private final LibvirtHost host;
    private final GuestDefinition definition;
    private @Nullable GuestConsole console;

    private Guest(LibvirtHost host, GuestDefinition definition) {
        this.host = host;
        this.definition = definition;
    }

    /** Defines the domain on the host; nothing is started. */
    public static Guest define(LibvirtHost host, GuestDefinition definition) {
        Guest guest = new Guest(host, definition);
        host.virsh("define", guest.writeXml()).orThrow();
        return guest;
    }

    /** Creates the domain as a transient one, which starts it, and listens to it. */
    public static Guest create(LibvirtHost host, GuestDefinition definition) {
        Guest guest = new Guest(host, definition);
        host.virsh("create", guest.writeXml()).orThrow();
        guest.listen();
        return guest;
    }

    /** A domain that runs on the host already. */
    static Guest listenedTo(LibvirtHost host, GuestDefinition definition) {
        Guest guest = new Guest(host, definition);
        guest.listen();
        return guest;
    }

    public GuestDefinition definition() {
        return definition;
    }

    public LibvirtHost host() {
        return host;
    }

    public String name() {
        return definition.name();
    }

    /** Starts the domain and listens to it. */
    public void start() {
        tryStart().orThrow();
    }

    /** The same, where a refusal is a result, too. */
    public Result tryStart() {
        Result result = host.virsh("start", name());
        if (result.succeeded()) {
            listen();
        }
        return result;
    }

    /** Listens to a domain that something else has started just now; what it said before is lost. */
    public void listen() {
        close();
        console = GuestConsole.connect(host.path(definition.consolePath()));
    }

    /** Waits until the guest has booted; what it says of itself. */
    public String waitUntilUp() {
        try {
            return listening().hearUntil(line -> line.startsWith("up,"), BOOT).getLast();
        } catch (IllegalStateException e) {
            throw new IllegalStateException(e.getMessage() + whatQemuDoes(), e);
        }
    }

    /** A guest that says nothing: whether its CPU runs, and where; without that a boot that hung cannot be told from one that is slow. */
    private String whatQemuDoes() {
        return Stream.of(
                        List.of("domstate", "--reason", name()),
                        List.of("qemu-monitor-command", "--hmp", name(), "info registers"),
                        List.of("qemu-monitor-command", "--hmp", name(), "info registers"),
                        List.of("qemu-monitor-command", "--hmp", name(), "info pic"))
                .map(command -> {
                    Result said = host.virsh(command.toArray(String[]::new));
                    return "\nvirsh %s:\n%s%s".formatted(String.join(" ", command), said.stdout(), said.stderr());
                })
                .collect(Collectors.joining());
    }

    /** Gives the guest a command and returns its answer. */
    public List<String> tell(String command) {
        listening().say(command);
        List<String> answer = listening().hearUntil("done"::equals, ANSWER);
        return List.copyOf(answer.subList(0, answer.size() - 1));
    }

    /** Lets the guest make counter, sealed secret and EFI variable. */
    public void write(String secret) {
        List<String> said = tell("write " + secret);
        if (said.size() != 3 || said.stream().anyMatch(line -> !line.startsWith("wrote "))) {
            throw new IllegalStateException("the guest could not write: " + said);
        }
    }

    public GuestMemory read() {
        return GuestMemory.of(tell("read"));
    }

    /** Lets the guest power off, and waits until libvirt has taken note. */
    public void powerOff() {
        listening().say("poweroff");
        awaitShutOff();
    }

    /** Waits until QEMU has ended and libvirt has finished the stop, with all its hooks. */
    public void awaitShutOff() {
        if (console != null) {
            console.hearEnd(ANSWER);
        }
        Awaitility.await()
                .atMost(ANSWER)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> !isActive());
    }

    /** Begins to move the running guest to another host; this object stays the guest here. */
    public LiveMigration migrate(LibvirtHost to) {
        return LiveMigration.begin(this, to);
    }

    /** The same at a rate that leaves time to do something to it on its way. */
    public LiveMigration migrateSlowly(LibvirtHost to) {
        return LiveMigration.begin(this, to, "--bandwidth", "1");
    }

    public boolean isActive() {
        return host.virsh("list", "--uuid")
                .orThrow()
                .stdout()
                .contains(definition.uuid().toString());
    }

    /** Undefines the domain with its NVRAM; libvirt deletes the TPM's state, too. */
    public Result undefine(String... more) {
        return host.virsh(Stream.concat(Stream.of("undefine", "--nvram", name()), Stream.of(more))
                .toArray(String[]::new));
    }

    /** Stops listening; the domain stays as it is. */
    @Override
    public void close() {
        if (console != null) {
            console.close();
            console = null;
        }
    }

    private String writeXml() {
        String file = "/run/" + name() + ".xml";
        try {
            Files.writeString(host.path(file), definition.xml(Enclosure.required()));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private GuestConsole listening() {
        if (console == null) {
            throw new IllegalStateException(name() + " was not started through this object, nor listened to");
        }
        return console;
    }
}
