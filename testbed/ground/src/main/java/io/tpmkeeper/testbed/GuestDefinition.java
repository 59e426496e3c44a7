package io.tpmkeeper.testbed;

import java.util.UUID;

/**
 * A virtual machine as its owner writes it: UEFI firmware with an NVRAM file of its own, and a TPM 2.0.
 *
 * @param metadata what stands inside the domain's {@code <metadata>}
 */
public record GuestDefinition(String name, UUID uuid, boolean tpm, String metadata) {
    private static final String OWNER =
            "<tpmkeeper:owner xmlns:tpmkeeper=\"https://tpmkeeper.io/domain/v1\" namespace=\"%s\"/>";

    public static GuestDefinition named(String name) {
        return new GuestDefinition(name, UUID.randomUUID(), true, "");
    }

    public GuestDefinition withUuid(UUID other) {
        return new GuestDefinition(name, other, tpm, metadata);
    }

    public GuestDefinition withoutTpm() {
        return new GuestDefinition(name, uuid, false, metadata);
    }

    /** With any XML inside its metadata, which is the part that a domain's owner writes freely. */
    public GuestDefinition withMetadata(String xml) {
        return new GuestDefinition(name, uuid, tpm, xml);
    }

    /** With the proof that its owner is this namespace. */
    public GuestDefinition ownedBy(String namespace) {
        return withMetadata(OWNER.formatted(namespace));
    }

    public String nvramPath() {
        return "/var/lib/libvirt/qemu/nvram/" + name + "_VARS.fd";
    }

    public String tpmPath() {
        return "/var/lib/libvirt/swtpm/" + uuid;
    }

    /** The guest's serial console on its host. */
    String consolePath() {
        return "/run/console-" + uuid;
    }

    /**
     * The domain, with a kernel and initrd that lie on the host. The kernel does not test its timer's interrupts: on an emulated CPU
     * that the host leaves waiting it misses some, and panics ("IO-APIC + timer doesn't work").
     */
    public String xml(Enclosure enclosure) {
        return """
               <domain type='qemu'>
                 <name>%s</name>
                 <uuid>%s</uuid>
                 <metadata>%s</metadata>
                 <memory unit='MiB'>192</memory>
                 <vcpu>1</vcpu>
                 <os>
                   <type arch='x86_64' machine='q35'>hvm</type>
                   <loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>
                   <nvram template='/usr/share/OVMF/OVMF_VARS_4M.fd'>%s</nvram>
                   <kernel>%s</kernel>
                   <initrd>%s</initrd>
                   <cmdline>console=ttyS0 quiet loglevel=1 no_timer_check</cmdline>
                 </os>
                 <features><acpi/></features>
                 <on_poweroff>destroy</on_poweroff>
                 <on_reboot>restart</on_reboot>
                 <on_crash>destroy</on_crash>
                 <devices>
                   <emulator>/usr/bin/qemu-system-x86_64</emulator>
                   <controller type='usb' model='none'/>
                   <serial type='unix'><source mode='bind' path='%s'/></serial>
                   <memballoon model='none'/>
                   %s
                 </devices>
               </domain>
               """.formatted(
                        name,
                        uuid,
                        metadata,
                        nvramPath(),
                        enclosure.guest().resolve("kernel-image"),
                        enclosure.guest().resolve("initrd"),
                        consolePath(),
                        tpm ? "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>" : "");
    }
}
