package io.tpmkeeper.agent.libvirt;

import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.Trouble;
import java.util.Optional;
import org.w3c.dom.Element;

/** Whether a libvirt that answers can have domains that the hook protects, from what it says of itself. */
final class Suitability {
    /**
     * As libvirt counts: 6.5.0 is the first to call what lies in {@code hooks/qemu.d}. All else that hook and agent need is older:
     * the XML on a hook's stdin (0.8.0), transient domains that go with their connection (0.9.3), a list of all domains (0.9.13),
     * emulated TPMs (4.5.0).
     */
    static final long LEAST = 6_005_000;

    private Suitability() {}

    /**
     * @param version the daemon's, as libvirt counts
     * @param capabilities XML; libvirt lists an architecture only if it found an emulator for it (libvirt 9.0, measured)
     * @param architecture of this machine's domains, in libvirt's word
     */
    static Optional<Trouble> judge(long version, String capabilities, String architecture) throws PlaceException {
        if (version < LEAST) {
            return Optional.of(new Trouble(
                    Trouble.Kind.TOO_OLD,
                    "libvirt %s is too old: it calls no hook in hooks/qemu.d, so the end of a virtual machine would not be saved. Upgrade libvirt to %s or newer; the agent goes on by itself."
                            .formatted(shown(version), shown(LEAST))));
        }
        boolean runs = GuardedXml.children(GuardedXml.parse("libvirt's capabilities", capabilities), "guest")
                .flatMap(guest -> GuardedXml.children(guest, "arch"))
                .map((Element arch) -> arch.getAttribute("name"))
                .anyMatch(architecture::equals);
        return runs
                ? Optional.empty()
                : Optional.of(new Trouble(
                        Trouble.Kind.NO_EMULATOR,
                        "libvirt finds no QEMU for %s, so no virtual machine can start here. Install QEMU (Debian: qemu-system; RHEL: qemu-kvm); or keep the agent off this node by agent.nodeSelector."
                                .formatted(architecture)));
    }

    static String shown(long version) {
        return "%d.%d.%d".formatted(version / 1_000_000, version / 1_000 % 1_000, version % 1_000);
    }
}
