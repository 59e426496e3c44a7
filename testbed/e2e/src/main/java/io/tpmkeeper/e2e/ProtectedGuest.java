package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.testbed.Guest;
import io.tpmkeeper.testbed.GuestDefinition;
import io.tpmkeeper.testbed.GuestMemory;
import io.tpmkeeper.testbed.LibvirtHost;
import io.tpmkeeper.testbed.Result;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One VM on its way from host to host, and what it must still know wherever it starts. */
final class ProtectedGuest {
    private final Narrator narrator;
    private final String secret;
    private final GuestDefinition definition;
    private @Nullable Guest guest;
    private long counter;

    private ProtectedGuest(GuestDefinition definition, String secret, Narrator narrator) {
        this.definition = definition;
        this.secret = secret;
        this.narrator = narrator;
    }

    /** A VM that is defined nowhere yet. */
    static ProtectedGuest planned(GuestDefinition definition, String secret, Narrator narrator) {
        return new ProtectedGuest(definition, secret, narrator);
    }

    GuestDefinition definition() {
        return definition;
    }

    LibvirtHost host() {
        return guest().host();
    }

    String uuid() {
        return definition.uuid().toString();
    }

    Guest guest() {
        return Objects.requireNonNull(guest, "defined nowhere yet");
    }

    /** The same definition, on this host from now on. */
    void defineOn(LibvirtHost host) {
        narrator.command("virsh define %s.xml      # on %s".formatted(definition.name(), host.name()));
        guest = Guest.define(host, definition);
    }

    void boot() {
        narrator.command("virsh start %s          # on %s".formatted(definition.name(), host().name()));
        guest().start();
        guest().waitUntilUp();
    }

    /** A start that has to be refused; what virsh said. */
    String startRefused() {
        Result result = tryStart();
        assertThat(result.succeeded()).as("a start on " + host().name()).isFalse();
        return result.stderr();
    }

    /**
     * Boots it as a person does who was refused once and has done something about it: starts it again until it starts. A start
     * that waits for a slow machine in vain has changed nothing.
     */
    void bootAtLast() {
        Eventually.holds("%s starts on %s".formatted(definition.name(), host().name()), () -> {
            Result result = tryStart();
            assertThat(result.succeeded()).as(result.stderr()).isTrue();
        });
        guest().waitUntilUp();
    }

    private Result tryStart() {
        narrator.command("virsh start %s          # on %s".formatted(definition.name(), host().name()));
        Result result = guest().tryStart();
        narrator.said("virsh", result.stderr().lines().toList());
        return result;
    }

    /** What the TPM's counter says now: an older state of this guest can be named by it. */
    long counter() {
        return counter;
    }

    /** From now on it is to know what it knew when its counter said this, and nothing since. */
    void wentBackTo(long then) {
        counter = then;
    }

    /** The guest runs on this host since a live migration. */
    void migratedTo(Guest there) {
        guest = there;
    }

    /** Its first boot: it makes its counter, its sealed secret and its EFI variable. */
    void bootAndWrite() {
        boot();
        write();
    }

    /** In its first run: it makes its counter, its sealed secret and its EFI variable. */
    void write() {
        guest().write(secret);
        GuestMemory made = read();
        assertThat(made.secret()).contains(secret);
        assertThat(made.variable()).contains(secret);
        counter = made.counter().orElseThrow();
    }

    /** It must know all that it ever wrote; the TPM's counter must be exactly one further. */
    void knowsAll() {
        GuestMemory memory = read();
        assertThat(memory.secret()).as("the sealed secret: %s", memory.said()).contains(secret);
        assertThat(memory.variable()).as("the EFI variable: %s", memory.said()).contains(secret);
        assertThat(memory.counter()).as("the TPM's counter: %s", memory.said()).contains(counter + 1);
        counter++;
    }

    void bootAndKnowAll() {
        boot();
        knowsAll();
    }

    void powerOff() {
        narrator.tells("The guest powers off.");
        guest().powerOff();
    }

    void undefine() {
        narrator.command("virsh undefine --nvram %s  # on %s".formatted(definition.name(), host().name()));
        guest().undefine().orThrow();
        assertThat(host().path(definition.tpmPath()))
                .as("libvirt's TPM directory on " + host().name())
                .doesNotExist();
        guest().close();
    }

    private GuestMemory read() {
        GuestMemory memory = guest().read();
        narrator.said("the guest on " + host().name(), memory.said());
        return memory;
    }
}
