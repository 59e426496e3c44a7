package io.tpmkeeper.e2e;

import io.tpmkeeper.testbed.Enclosure;
import io.tpmkeeper.testbed.LibvirtHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code make demo} runs inside an enclosure: the end-to-end test's own steps, told. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Shows the main job, step by step, on a real cluster of two nodes with libvirt.")
public final class Demo implements Callable<Integer> {
    @Option(names = "--keep", description = "Say \"ready\" at the end and stay, to be looked at.")
    private boolean keep;

    @Option(names = "--colours", description = "Colour what is told.")
    private boolean colours;

    private final long began = System.nanoTime();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Demo()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Told told = new Told(System.out, colours);
        told.tells("Two nodes with kubelet, containerd and libvirtd are started, and the chart is installed on them:");
        told.tells("two replicas of the operator, and an agent on each node.");
        try (Deployment deployment = Deployment.onCluster()) {
            told.tells("They work (%s).".formatted(elapsed()));
            boolean well = tell(MainJob.steps(deployment, told), told);
            if (well && keep) {
                name(deployment);
                System.out.println("ready");
                new CountDownLatch(1).await();
            }
            return well ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        }
    }

    private boolean tell(List<Step> steps, Told told) {
        for (Step step : steps) {
            told.step(step.number(), step.title());
            try {
                step.act().run();
            } catch (Exception | AssertionError e) {
                told.bad("Step %d failed: %s".formatted(step.number(), e.getMessage()));
                return false;
            }
            told.good("   ok (%s)".formatted(elapsed()));
        }
        told.good("All %d steps hold.".formatted(steps.size()));
        return true;
    }

    /** Fixed names, where {@code make shell} finds what has names of its own. */
    private static void name(Deployment deployment) throws IOException {
        Path ground = Enclosure.required().ground();
        Files.createSymbolicLink(
                ground.resolve("kubeconfig"), deployment.controlPlane().kubeconfig());
        Path hosts = Files.createDirectory(ground.resolve("hosts"));
        for (LibvirtHost host : deployment.hosts()) {
            Files.createSymbolicLink(hosts.resolve(host.name()), host.disk());
        }
    }

    private String elapsed() {
        return "%.0f s".formatted((System.nanoTime() - began) / 1e9);
    }
}
