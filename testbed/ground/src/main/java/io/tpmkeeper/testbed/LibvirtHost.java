package io.tpmkeeper.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * One libvirt host: libvirtd and virtlogd of its own in mount, process, host name and IPC namespaces of its own, with a private
 * /etc/libvirt (no hook in it), /var/lib/libvirt, /var/cache/libvirt, /var/log/libvirt, /var/lib/swtpm-localca,
 * /var/lib/tpm-keeper, /run, machine id and host name. Everything else of the machine is visible read-only in effect: what is
 * written below /etc and /var stays on the host's own disk. The network is the enclosure's, shared by all hosts, except that a
 * {@link ClusterNode} has its own.
 *
 * <p>The disk outlives a {@link #powerOff()}, /run and all processes do not. The page cache outlives it, too, so this says
 * nothing about fsync.
 */
public final class LibvirtHost implements AutoCloseable {
    private static final String DAEMON_PID_FILE = "/run/libvirt-daemon.pid";

    private final Enclosure enclosure;
    private final String name;
    private final Path disk;
    private final Path logs;
    private final List<String> firstProcess;
    private final AtomicInteger spawned = new AtomicInteger();
    private @Nullable Running running;

    /** What exists while the host is powered: the process that entered the namespaces, and the first one inside them. */
    private record Running(Process outer, ProcessHandle init) {}

    private LibvirtHost(Enclosure enclosure, String name, Path disk, Path logs, List<String> firstProcess) {
        this.enclosure = enclosure;
        this.name = name;
        this.disk = disk;
        this.logs = logs;
        this.firstProcess = firstProcess;
    }

    /** A new host with an empty disk, booted. */
    public static LibvirtHost start(String name) {
        return start(name, "libvirtd");
    }

    /** The same with libvirt's modular daemon for QEMU, virtqemud, in libvirtd's place. */
    public static LibvirtHost startModular(String name) {
        return start(name, "virtqemud");
    }

    private static LibvirtHost start(String name, String daemon) {
        Enclosure enclosure = Enclosure.required();
        Path disk = enclosure.newDirectory(name);
        LibvirtHost host = new LibvirtHost(
                enclosure,
                name,
                disk,
                enclosure.logsOf(disk),
                List.of(
                        "unshare",
                        "--mount",
                        "--uts",
                        "--ipc",
                        "--pid",
                        "--fork",
                        "--kill-child=KILL",
                        "--mount-proc",
                        enclosure.script("libvirt-host"),
                        name,
                        disk.toString(),
                        daemon));
        try {
            host.boot();
            return host;
        } catch (RuntimeException e) {
            host.close();
            throw e;
        }
    }

    /** The libvirt part of a node of a cluster, without power yet. */
    static LibvirtHost ofNode(Enclosure enclosure, String name, Path disk) {
        Path logs = enclosure.logsOf(disk);
        return new LibvirtHost(
                enclosure,
                name,
                disk,
                logs,
                List.of(enclosure.script("cluster-node"), name, disk.toString(), logs.toString()));
    }

    public String name() {
        return name;
    }

    /** Where its disk lies in the enclosure; {@code pid} in it is the host's first process. */
    public Path disk() {
        return disk;
    }

    /** Boots the host on the disk that it has, and waits until libvirtd answers. */
    public void boot() {
        if (running != null) {
            throw new IllegalStateException(name + " is powered already");
        }
        try {
            Process outer = new ProcessBuilder(firstProcess)
                    .redirectError(ProcessBuilder.Redirect.appendTo(
                            logs.resolve("boot.log").toFile()))
                    .start();
            outer.getOutputStream().close();
            awaitReady(outer);
            ProcessHandle init = outer.children().findFirst().orElseThrow();
            running = new Running(outer, init);
            Files.writeString(disk.resolve("pid"), init.pid() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Power loss: every process and mount of the host goes at once. */
    public void powerOff() {
        if (running != null) {
            running.init().destroyForcibly();
            running.outer().onExit().join();
            running = null;
        }
    }

    public boolean isPowered() {
        return running != null;
    }

    /** Runs a command on the host, as root, to its end. */
    public Result exec(String... command) {
        return Result.of(command(command));
    }

    /** A command on the host, as root, for a caller that gives it something to read. */
    ProcessBuilder command(String... command) {
        return new ProcessBuilder(entering(List.of(command)));
    }

    /** Runs virsh on the host. */
    public Result virsh(String... arguments) {
        List<String> command = new ArrayList<>(List.of("virsh", "--connect", "qemu:///system"));
        command.addAll(List.of(arguments));
        return exec(command.toArray(String[]::new));
    }

    /** Starts a command on the host, as root, and leaves it running. It ends with the host at the latest. */
    public HostProcess spawn(String... command) {
        return spawn(Map.of(), command);
    }

    public HostProcess spawn(Map<String, String> environment, String... command) {
        String label = Path.of(command[0]).getFileName() + "-" + spawned.incrementAndGet();
        ProcessBuilder builder = new ProcessBuilder(entering(List.of(command)));
        builder.environment().putAll(environment);
        return HostProcess.start(builder, logs.resolve(label + ".log"));
    }

    /** A path on the host, as this program can open it. Good until the host loses its power. */
    public Path path(String onTheHost) {
        return Path.of("/proc/" + powered().init().pid() + "/root" + onTheHost);
    }

    /** libvirtd's socket, by a path that every host of the enclosure sees. */
    Path socket() {
        return disk.resolve("run/libvirt/libvirt-sock");
    }

    /** The process id of libvirtd, or virtqemud, as the host's own commands see it. */
    public Optional<Long> libvirtdPid() {
        try {
            String pid = Files.readString(path(DAEMON_PID_FILE)).strip();
            return exec("kill", "-0", pid).succeeded() ? Optional.of(Long.valueOf(pid)) : Optional.empty();
        } catch (IOException noSuchFile) {
            return Optional.empty();
        }
    }

    /** SIGKILL to libvirtd; its VMs go on. */
    public void killLibvirtd() {
        endLibvirtd("KILL");
    }

    /** Stops libvirtd in an orderly way, which takes its socket away, too; its VMs go on. */
    public void stopLibvirtd() {
        endLibvirtd("TERM");
    }

    /** Starts libvirtd again after {@link #killLibvirtd()}, and waits until it answers. */
    public void startLibvirtd() {
        exec(enclosure.script("start-libvirtd")).orThrow();
    }

    /** Stops libvirtd as an upgrade of its package would, and starts it again; VMs go on. */
    public void restartLibvirtd() {
        endLibvirtd("TERM");
        startLibvirtd();
    }

    @Override
    public void close() {
        powerOff();
        Result.of(new ProcessBuilder("rm", "-rf", "--one-file-system", disk.toString()))
                .orThrow();
    }

    private void endLibvirtd(String signal) {
        libvirtdPid().ifPresent(pid -> {
            exec("kill", "-" + signal, pid.toString()).orThrow();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> Files.notExists(path("/proc/" + pid)));
        });
    }

    private void awaitReady(Process outer) throws IOException {
        BufferedReader said = outer.inputReader(StandardCharsets.UTF_8);
        String line = said.readLine();
        if (!"ready".equals(line)) {
            outer.destroyForcibly().onExit().join();
            throw new IllegalStateException(name + " did not boot: " + Files.readString(logs.resolve("boot.log")));
        }
    }

    /** The command in all of the host's namespaces; it dies with the process that entered them, whatever kills that. */
    private List<String> entering(List<String> command) {
        List<String> entering = new ArrayList<>(List.of(
                "nsenter",
                "--target=" + powered().init().pid(),
                "--mount",
                "--uts",
                "--ipc",
                "--net",
                "--pid",
                "--cgroup",
                "--",
                "setpriv",
                "--pdeathsig",
                "KILL",
                "--"));
        entering.addAll(command);
        return entering;
    }

    private Running powered() {
        if (running == null) {
            throw new IllegalStateException(name + " has no power");
        }
        return running;
    }
}
