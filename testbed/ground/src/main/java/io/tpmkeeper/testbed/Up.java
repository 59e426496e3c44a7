package io.tpmkeeper.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code make up} runs inside an enclosure: a control plane and two hosts, or a cluster, until it is killed. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Starts a control plane and the libvirt hosts host-a and host-b, says \"ready\", and stays.")
public final class Up implements Callable<Integer> {
    /** What the control plane's nodes are: objects that say the names of libvirt hosts, or hosts with a kubelet. */
    enum Nodes {
        objects,
        real
    }

    @Option(names = "--nodes", description = "${COMPLETION-CANDIDATES}", defaultValue = "objects")
    private Nodes nodes = Nodes.objects;

    private final long began = System.nanoTime();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Up()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path ground = Enclosure.required().ground();
        switch (nodes) {
            case objects -> {
                List<CompletableFuture<LibvirtHost>> booting = Cluster.NODES.stream()
                        .map(name -> inBackground(name + " runs libvirtd", () -> LibvirtHost.start(name)))
                        .toList();
                ControlPlane controlPlane =
                        inBackground("Kubernetes serves", ControlPlane::start).join();
                Cluster.NODES.forEach(controlPlane::createNode);
                say("Node objects " + String.join(" and ", Cluster.NODES) + " are there");
                publish(
                        ground,
                        controlPlane,
                        booting.stream().map(CompletableFuture::join).toList());
            }
            case real -> {
                Cluster cluster = Cluster.start();
                say("nodes " + String.join(" and ", Cluster.NODES) + " are Ready");
                publish(
                        ground,
                        cluster.controlPlane(),
                        cluster.nodes().stream().map(ClusterNode::host).toList());
            }
        }
        System.out.println("ready");
        // Nothing is closed in order: the kernel takes all of it when the enclosure ends.
        new CountDownLatch(1).await();
        return CommandLine.ExitCode.OK;
    }

    /** Gives fixed names, where the scripts find them, to what has names of its own. */
    private static void publish(Path ground, ControlPlane controlPlane, List<LibvirtHost> hosts) throws IOException {
        Files.createSymbolicLink(ground.resolve("kubeconfig"), controlPlane.kubeconfig());
        Path directory = Files.createDirectory(ground.resolve("hosts"));
        for (LibvirtHost host : hosts) {
            Files.createSymbolicLink(directory.resolve(host.name()), host.disk());
        }
    }

    private <T> CompletableFuture<T> inBackground(String done, Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                T value = work.get();
                say(done);
                result.complete(value);
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private void say(String what) {
        System.out.printf("%7.1f s  %s%n", (System.nanoTime() - began) / 1e9, what);
    }
}
