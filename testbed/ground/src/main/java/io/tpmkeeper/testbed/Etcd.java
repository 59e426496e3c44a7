package io.tpmkeeper.testbed;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The one member of a control plane's etcd, and copies of its data directory. */
final class Etcd implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";

    private final Enclosure enclosure;
    private final Path data;
    private final Path log;
    private final int port = FreePorts.next();
    private @Nullable Daemon daemon;

    Etcd(Enclosure enclosure, Path data, Path log) {
        this.enclosure = enclosure;
        this.data = data;
        this.log = log;
    }

    String url() {
        return "http://" + LOOPBACK + ":" + port;
    }

    void start() {
        daemon = Daemon.start(
                "etcd",
                log,
                Stream.of(
                        enclosure.kubernetes("etcd"),
                        "--data-dir=" + data,
                        "--unsafe-no-fsync",
                        "--listen-client-urls=" + url(),
                        "--advertise-client-urls=" + url(),
                        // One member listens for peers all the same; the kernel picks the port.
                        "--listen-peer-urls=http://" + LOOPBACK + ":0",
                        "--log-level=warn"));
    }

    /**
     * Copies the data directory into {@code copy}. etcd stands still meanwhile, as a machine does whose disk is snapshotted: what
     * is copied is what a crash at that moment would have left.
     */
    void copyTo(Path copy) {
        Daemon running = running();
        running.signal("STOP");
        try {
            run("cp", "--archive", "--sparse=always", "--no-target-directory", data.toString(), copy.toString());
        } finally {
            running.signal("CONT");
        }
    }

    /** Kills it and starts it on such a copy; the copy stays as it is. */
    void startFrom(Path copy) {
        close();
        run("rm", "-r", data.toString());
        run("cp", "--archive", "--sparse=always", "--no-target-directory", copy.toString(), data.toString());
        start();
    }

    @Override
    public void close() {
        if (daemon != null) {
            daemon.close();
            daemon = null;
        }
    }

    private Daemon running() {
        if (daemon == null) {
            throw new IllegalStateException("etcd does not run");
        }
        return daemon;
    }

    private static void run(String... command) {
        Result.of(new ProcessBuilder(command)).orThrow();
    }
}
