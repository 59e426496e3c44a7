package io.tpmkeeper.benchmarks;

import io.tpmkeeper.e2e.Deployment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code make bench} runs inside an enclosure. Prints the figures; fails only if something could not be measured. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures TPM Keeper against its peers on a real control plane and libvirt hosts.")
public final class Bench implements Callable<Integer> {
    @Option(names = "--runs", defaultValue = "20", description = "Runs of each series (default: ${DEFAULT-VALUE}).")
    private int runs;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bench()).execute(arguments));
    }

    @Override
    public Integer call() {
        List<String> results = new ArrayList<>();
        try (Deployment deployment = Deployment.ofPrograms()) {
            results.add(
                    told(new StopFigure(deployment.hostA(), 2 * runs).measure().text()));
            try (SaveFigure save = new SaveFigure(deployment, runs)) {
                save.measure().forEach(figure -> results.add(told(figure.text())));
            }
            results.add(told(new MemoryFigure(deployment).measure()));
        }
        return CommandLine.ExitCode.OK;
    }

    private static String told(String text) {
        System.out.println(text);
        return text;
    }
}
