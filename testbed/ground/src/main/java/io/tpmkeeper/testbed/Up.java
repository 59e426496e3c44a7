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

/** What {@code make up} runs inside an enclosure: a control plane and two hosts, until it is killed. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Starts a control plane and the libvirt hosts host-a and host-b, says \"ready\", and stays.")
public final class Up implements Callable<Integer> {
    private static final List<String> HOSTS = List.of("host-a", "host-b");

    private final long began = System.nanoTime();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Up()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path ground = Enclosure.required().ground();
        List<CompletableFuture<LibvirtHost>> booting = HOSTS.stream()
                .map(name -> inBackground(name + " runs libvirtd", () -> LibvirtHost.start(name)))
                .toList();
        ControlPlane controlPlane =
                inBackground("Kubernetes serves", ControlPlane::start).join();
        HOSTS.forEach(controlPlane::createNode);
        say("Node objects " + String.join(" and ", HOSTS) + " are there");

        // Fixed names, where the scripts find what has names of its own.
        Files.createSymbolicLink(ground.resolve("kubeconfig"), controlPlane.kubeconfig());
        Path hosts = Files.createDirectory(ground.resolve("hosts"));
        for (CompletableFuture<LibvirtHost> host : booting) {
            Files.createSymbolicLink(
                    hosts.resolve(host.join().name()), host.join().disk());
        }
        System.out.println("ready");
        // Nothing is closed in order: the kernel takes all of it when the enclosure ends.
        new CountDownLatch(1).await();
        return CommandLine.ExitCode.OK;
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
