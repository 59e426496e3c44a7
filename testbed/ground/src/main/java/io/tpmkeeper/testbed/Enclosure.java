package io.tpmkeeper.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The enclosure that this program runs in.
 *
 * @param ground run state of everything in the enclosure; a tmpfs that goes with it
 * @param testbed the scripts that the enclosure was started from
 * @param kubernetes where Kubernetes' programs, etcd and helm lie
 * @param guest where the guest's kernel and initrd lie
 * @param logs where daemons write what they say
 */
public record Enclosure(Path ground, Path testbed, Path kubernetes, Path guest, Path logs) {

    private static final Path GROUND = Path.of("/run/tpm-keeper-ground");

    /** The enclosure around this process; fails with one line that says what to run when there is none. */
    public static Enclosure required() {
        Map<String, String> environment = System.getenv();
        if (!environment.containsKey("TPM_KEEPER_ENCLOSURE") || !Files.isDirectory(GROUND)) {
            throw new IllegalStateException(
                    "Not inside an enclosure: run this through `make test-api`, `make test-host`,"
                            + " `make test-e2e` or `make test-cluster`, or put `testbed/bin/enclose` before the command.");
        }
        return new Enclosure(
                GROUND,
                path(environment, "TPM_KEEPER_TESTBED"),
                path(environment, "TPM_KEEPER_KUBE_BIN"),
                path(environment, "TPM_KEEPER_GUEST"),
                Path.of(environment.getOrDefault(
                        "TPM_KEEPER_LOGS", GROUND.resolve("logs").toString())));
    }

    /** A new directory for one part of the ground, named after it. */
    Path newDirectory(String name) {
        try {
            return Files.createTempDirectory(ground, name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the daemons write that run on this part of the ground, named after its directory. */
    Path logsOf(Path directory) {
        try {
            return Files.createDirectories(logs.resolve(directory.getFileName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A script of the testbed's, by its name. */
    String script(String name) {
        return testbed.resolve("bin").resolve(name).toString();
    }

    /** A program of Kubernetes', etcd or helm; fails with the line that says how to make it. */
    String kubernetes(String program) {
        Path file = kubernetes.resolve(program);
        if (!Files.isExecutable(file)) {
            throw new IllegalStateException(file + " is missing: testbed/kubernetes/build makes it");
        }
        return file.toString();
    }

    private static Path path(Map<String, String> environment, String variable) {
        String value = environment.get(variable);
        if (value == null) {
            throw new IllegalStateException(variable + " is not set: testbed/bin/enclose sets it");
        }
        return Path.of(value);
    }
}
