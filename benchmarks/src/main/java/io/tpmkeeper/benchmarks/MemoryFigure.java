package io.tpmkeeper.benchmarks;

import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.e2e.Deployment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** How much memory operator and agent hold, at rest and with many VmTpmStates. */
final class MemoryFigure {
    private static final int MANY = 200;
    private static final String NAMESPACE = "bench-many";

    private final Deployment deployment;

    MemoryFigure(Deployment deployment) {
        this.deployment = deployment;
    }

    String measure() {
        StringBuilder text = new StringBuilder("Memory  resident, MiB (VmRSS)\n");
        text.append(line("at rest"));
        make();
        text.append(line("with %d bound VmTpmStates".formatted(MANY)));
        return text.toString();
    }

    private void make() {
        deployment.createNamespace(NAMESPACE);
        StringBuilder all = new StringBuilder("""
                apiVersion: tpmkeeper.io/v1alpha1
                kind: VmTpmClass
                metadata: {name: trusting}
                spec: {claimWithoutProof: {namespaces: [%s]}}
                """.formatted(NAMESPACE));
        for (int i = 0; i < MANY; i++) {
            all.append("""
                    ---
                    apiVersion: tpmkeeper.io/v1alpha1
                    kind: VmTpmState
                    metadata: {name: vm-%d, namespace: %s}
                    spec: {className: trusting, target: {domainUUID: %s}}
                    """.formatted(i, NAMESPACE, UUID.randomUUID()));
        }
        deployment.applyYaml(all.toString()).orThrow();
        Awaitility.await("all are bound").atMost(Duration.ofMinutes(5)).until(() -> bound() == MANY);
    }

    private long bound() {
        return deployment.client().resources(VmTpmState.class).inNamespace(NAMESPACE).list().getItems().stream()
                .filter(s -> s.getStatus() != null)
                .flatMap(s -> s.getStatus().condition(ConditionType.BOUND).stream())
                .filter(c -> c.status() == io.tpmkeeper.api.Condition.Status.TRUE)
                .count();
    }

    private String line(String when) {
        return "    %-40s operator %4d   agent %4d%n"
                .formatted(when, resident("tpm-keeper-operator.jar"), resident("tpm-keeper-agent.jar"));
    }

    /** Of the first process with this in its command. */
    private static long resident(String jar) {
        long pid = ProcessHandle.allProcesses()
                .filter(p -> p.info().arguments().stream().flatMap(Stream::of).anyMatch(a -> a.contains(jar)))
                .filter(p -> p.info().command().filter(c -> c.endsWith("/java")).isPresent())
                .mapToLong(ProcessHandle::pid)
                .findFirst()
                .orElseThrow();
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
