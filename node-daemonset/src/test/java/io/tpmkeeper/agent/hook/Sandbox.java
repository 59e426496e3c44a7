package io.tpmkeeper.agent.hook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A host of its own below one directory: {@code keeper} is the host directory, {@code run} the volatile one, {@code log},
 * {@code swtpm} and {@code nvram} are libvirt's.
 */
final class Sandbox implements AutoCloseable {
    static final String UUID = "5f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5";
    static final String NAME = "win11";

    private static final List<String> DIRECTORIES =
            List.of("keeper/domain", "keeper/vm", "keeper/spool", "run", "log", "swtpm", "nvram");

    private final Path top;

    private Sandbox(Path top) {
        this.top = top;
    }

    /** In memory where the machine has a place for it: thousands are made. */
    static Sandbox make() {
        Path memory = Path.of("/dev/shm");
        try {
            Path top = Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "tpm-keeper-hook")
                    : Files.createTempDirectory("tpm-keeper-hook");
            for (String directory : DIRECTORIES) {
                Files.createDirectories(top.resolve(directory));
            }
            return new Sandbox(top);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path(String name) {
        return top.resolve(name);
    }

    Path top() {
        return top;
    }

    /** What a call ended with. */
    record Result(int exit, String message) {}

    /** Calls the hook as libvirt does, by this process. */
    Result call(List<String> shell, Path hook, String operation, Map<String, String> environment) {
        return call(shell, hook, operation, NAME, xml(NAME, UUID), environment);
    }

    Result call(
            List<String> shell, Path hook, String operation, String name, String xml, Map<String, String> environment) {
        List<String> command = new ArrayList<>(shell);
        command.addAll(List.of(hook.toString(), name, operation, subOperation(operation), "-"));
        try {
            Path stdin = Files.writeString(top.resolve("stdin"), xml);
            Path stderr = top.resolve("stderr");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(stdin.toFile())
                    .redirectOutput(top.resolve("stdout").toFile())
                    .redirectError(stderr.toFile())
                    .directory(top.toFile());
            builder.environment().put("TPM_KEEPER_ROOT", path("keeper").toString());
            builder.environment().put("TPM_KEEPER_RUN", path("run").toString());
            builder.environment().put("TPM_KEEPER_LIBVIRT_LOG", path("log").toString());
            builder.environment().put("TPM_KEEPER_SWTPM", path("swtpm").toString());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IllegalStateException("the hook did not return from " + operation + " within a minute");
            }
            return new Result(process.exitValue(), Files.readString(stderr, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String subOperation(String operation) {
        return switch (operation) {
            case "stopped", "release" -> "end";
            default -> "begin";
        };
    }

    /** Name and UUID on lines 2 and 3, as libvirt prints them; below them an owner's attempt to point elsewhere. */
    static String xml(String name, String uuid) {
        return """
            <domain type='qemu' id='1'>
              <name>%s</name>
              <uuid>%s</uuid>
              <metadata>
            <![CDATA[
              </metadata>
              <uuid>00000000-0000-0000-0000-000000000000</uuid>
              <os>
                <nvram>/etc/shadow</nvram>
              </os>
            ]]>
              </metadata>
            </domain>
            """.formatted(name, uuid);
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Override
    public void close() {
        try {
            delete(top);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
