package io.tpmkeeper.agent.libvirt;

import java.nio.file.Path;

/**
 * Where libvirt keeps its things.
 *
 * @param state TPM state ({@code swtpm}) and NVRAM ({@code qemu/nvram}), by default
 * @param definitions of domains
 * @param run sockets, and notes of running domains ({@code qemu})
 */
public record LibvirtPaths(Path state, Path definitions, Path run) {
    Path swtpm() {
        return state.resolve("swtpm");
    }

    Path nvram() {
        return state.resolve("qemu/nvram");
    }
}
