package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.testbed.HostProcess;
import io.tpmkeeper.testbed.LibvirtHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * An undefine that meets the hook at work. The hook's shell is stopped by a signal between two of its commands, while the
 * entry is half made; the undefine must wait for it, and the kernel's own record must show that the entry was durable before
 * libvirt took the TPM's directory away.
 */
final class HeldUndefine {
    /** Slows each flush down, so that there is time to catch the hook between two of them. */
    private static final String SLOWLY = "fsync,fdatasync:delay_enter=700000";

    private static final Duration A_WHILE = Duration.ofSeconds(3);

    private final Deployment deployment;
    private final Narrator narrator;
    private final ProtectedGuest vm;
    private final LibvirtHost host;

    HeldUndefine(Deployment deployment, Narrator narrator, ProtectedGuest vm) {
        this.deployment = deployment;
        this.narrator = narrator;
        this.vm = vm;
        this.host = vm.host();
    }

    void run() throws IOException {
        String name = vm.definition().name();
        HostProcess strace = trace();
        List<String> shells;
        HostProcess undefine;
        try (HostProcess powerOff = host.spawn("virsh", "destroy", name)) {
            Eventually.isTrue("the hook has begun an entry", () -> begun());
            shells = hooks();
            assertThat(shells).as("the hook's shells").isNotEmpty();
            signal("STOP", shells);
            narrator.tells("The hook is stopped in the middle of its work (SIGSTOP); its entry is not finished:");
            narrator.said("the spool on " + host.name(), Deployment.names(spool()));
            assertThat(begun())
                    .as("the entry is unfinished while the hook is stopped")
                    .isTrue();

            narrator.command("virsh undefine --nvram %s  # now, on %s".formatted(name, host.name()));
            undefine = host.spawn("virsh", "undefine", "--nvram", name);
            assertThat(undefine.waitFor(A_WHILE))
                    .as("exit of an undefine that must wait")
                    .isEmpty();
            assertThat(tpm()).as("the TPM while the hook is stopped").exists();
            narrator.tells("The undefine waits; the TPM is still there. The hook goes on (SIGCONT).");

            signal("CONT", shells);
            Eventually.isTrue("stop and undefine return", () -> !powerOff.isAlive() && !undefine.isAlive());
        }
        assertThat(undefine.waitFor(Duration.ZERO)).as(undefine.output()).contains(0);
        assertThat(host.path(vm.definition().tpmPath())).doesNotExist();
        assertThat(host.path(vm.definition().nvramPath())).doesNotExist();
        strace.stop();
        assertOrder(Files.readAllLines(traceFile()));
    }

    private HostProcess trace() {
        HostProcess strace = host.spawn(
                "strace",
                "-f",
                "-y",
                "-tt",
                "-o",
                "/run/undefine.trace",
                "-e",
                "trace=fsync,fdatasync,rename,renameat2,unlink,unlinkat,rmdir",
                "-e",
                "inject=" + SLOWLY,
                "-p",
                Long.toString(host.libvirtdPid().orElseThrow()));
        Eventually.isTrue("strace has attached to libvirtd", () -> {
            assertThat(strace.isAlive()).as(strace.output()).isTrue();
            return strace.output().contains("attached");
        });
        return strace;
    }

    /** The directory's own flush, after the rename that finished the entry, came before libvirt touched the TPM. */
    private void assertOrder(List<String> trace) {
        String spool = "/var/lib/tpm-keeper/spool/" + vm.uuid();
        int renamed = first(trace, line -> line.contains("rename") && line.contains(spool) && line.contains(".new\""));
        int flushed = firstFrom(trace, renamed, line -> line.contains("sync(") && line.contains("<" + spool + ">"));
        int durable = completed(trace, flushed);
        int removed = first(
                trace,
                line -> (line.contains("unlink") || line.contains("rmdir"))
                        && line.contains(vm.definition().tpmPath()));
        narrator.tells("What the kernel recorded, in this order:");
        narrator.said(
                "strace",
                Stream.of(renamed, flushed, durable, removed)
                        .distinct()
                        .map(trace::get)
                        .toList());
        assertThat(renamed)
                .as("the entry is renamed before its directory is flushed")
                .isLessThan(durable);
        assertThat(durable).as("the spool is durable before the TPM is removed").isLessThan(removed);
    }

    /** Where a call returned 0 that began in a line; that is another line if the record has another process's calls in between. */
    private static int completed(List<String> trace, int begun) {
        String line = trace.get(begun);
        String process = line.substring(0, line.indexOf(' ') + 1);
        int ended = line.contains("<unfinished")
                ? firstFrom(trace, begun + 1, l -> l.startsWith(process) && l.contains(" resumed>"))
                : begun;
        assertThat(trace.get(ended)).as("what became of: " + line).contains("= 0");
        return ended;
    }

    private static int first(List<String> trace, Predicate<String> which) {
        return firstFrom(trace, 0, which);
    }

    private static int firstFrom(List<String> trace, int from, Predicate<String> which) {
        for (int i = from; i < trace.size(); i++) {
            if (which.test(trace.get(i))) {
                return i;
            }
        }
        throw new AssertionError("not in the trace:\n" + String.join("\n", trace));
    }

    private Path traceFile() {
        return host.path("/run/undefine.trace");
    }

    private Path spool() {
        return deployment.hostPath(host, "spool/" + vm.uuid());
    }

    private Path tpm() {
        return host.path(vm.definition().tpmPath() + "/tpm2/tpm2-00.permall");
    }

    private boolean begun() {
        return Deployment.names(spool()).stream().anyMatch(entry -> entry.endsWith(".new"));
    }

    private List<String> hooks() {
        return host.exec("pgrep", "-f", "50-tpm-keeper " + vm.definition().name() + " stopped")
                .stdout()
                .lines()
                .toList();
    }

    private void signal(String signal, List<String> pids) {
        pids.forEach(pid -> host.exec("kill", "-" + signal, pid));
    }
}
