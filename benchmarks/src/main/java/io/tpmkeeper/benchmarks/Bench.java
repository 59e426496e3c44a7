package io.tpmkeeper.benchmarks;

import io.tpmkeeper.e2e.Deployment;
import java.util.EnumSet;
import java.util.Set;
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

    @Option(
            names = "--figures",
            split = ",",
            defaultValue = "STOP,SAVE,MEMORY",
            description = "Which ones: ${COMPLETION-CANDIDATES} (default: all).")
    private Set<Kind> figures = EnumSet.noneOf(Kind.class);

    /** What can be measured alone. */
    enum Kind {
        STOP,
        SAVE,
        MEMORY
    }

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bench()).execute(arguments));
    }

    @Override
    public Integer call() {
        try (Deployment deployment = Deployment.ofAuditedPrograms(AuditLog.policy())) {
            if (figures.contains(Kind.STOP)) {
                System.out.println(
                        new StopFigure(deployment.hostA(), 2 * runs).measure().text());
            }
            if (figures.contains(Kind.SAVE)) {
                try (SaveFigure save = new SaveFigure(deployment, runs)) {
                    save.measure().forEach(figure -> System.out.println(figure.text()));
                }
            }
            if (figures.contains(Kind.MEMORY)) {
                System.out.println(new MemoryFigure(deployment).measure());
            }
        }
        return CommandLine.ExitCode.OK;
    }
}
