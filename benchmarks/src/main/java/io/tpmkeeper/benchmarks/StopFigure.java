package io.tpmkeeper.benchmarks;

import io.tpmkeeper.testbed.LibvirtHost;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;

/** P1: how long a stop waits for the hook. The hook is the one that the agent installed on the host. */
final class StopFigure {
    private static final String HOOK = "/etc/libvirt/hooks/qemu.d/50-tpm-keeper";

    private final LibvirtHost host;
    private final int runs;

    StopFigure(LibvirtHost host, int runs) {
        this.host = host;
        this.runs = runs;
    }

    Figure measure() {
        List<String> said = host.exec("bash", script().toString(), HOOK, Integer.toString(runs))
                .orThrow()
                .stdout()
                .lines()
                .toList();
        return new Figure(
                "P1",
                "How long does a stop wait for the hook (a TPM of 5,062 bytes, an NVRAM of 540,672)?",
                series("the hook: stopped", said, "hook "),
                series("cp -a; sync of the same files", said, "peer "),
                1.3,
                List.of(series("the fewest programs that can make a stop safe in sh", said, "least ")),
                List.of(
                        "The hook reads each file twice, names it by SHA-256, and makes entry, directory and host file durable in turn."));
    }

    private static Series series(String name, List<String> said, String prefix) {
        return new Series(
                name,
                said.stream()
                        .filter(line -> line.startsWith(prefix))
                        .map(line -> Long.parseLong(line.substring(prefix.length())) / 1000.0)
                        .toList());
    }

    /** The host sees this machine's /tmp. */
    private static Path script() {
        try (InputStream in = Objects.requireNonNull(StopFigure.class.getResourceAsStream("/stop.bash"))) {
            Path script = Files.createTempFile("stop-", ".bash");
            script.toFile().deleteOnExit();
            Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
            return script;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
