package io.tpmkeeper.agent.hook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One directory a promise: {@code in-host} (a {@link Listing}), {@code call} (operations, one a line), and then {@code out-exit},
 * {@code out-message} and {@code out-host}. With {@code -Dgolden.write=true} the outs are written instead: read them before you
 * believe them.
 */
class HookTableTest {
    private static final Path CASES = Path.of("src/test/hook");
    private static final List<List<String>> SHELLS = List.of(List.of("dash"), List.of("busybox", "sh"));

    @TempDir
    private static Path directory;

    @BeforeAll
    static void assemble() throws IOException {
        Files.writeString(directory.resolve("hook"), HookScript.shipped().text());
    }

    static Stream<Arguments> cases() throws IOException {
        try (Stream<Path> directories = Files.list(CASES)) {
            return directories.sorted().toList().stream()
                    .flatMap(promise -> SHELLS.stream()
                            .map(shell -> Arguments.of(promise.getFileName().toString(), shell)));
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void keepsItsPromise(String promise, List<String> shell) throws IOException {
        Path golden = CASES.resolve(promise);
        try (Sandbox sandbox = Sandbox.make()) {
            Listing listing = new Listing(sandbox);
            Files.writeString(sandbox.path("keeper/config"), "format 1\nwait 0\nend\n");
            listing.write(Files.readString(golden.resolve("in-host")));
            List<String> exits = new ArrayList<>();
            StringBuilder messages = new StringBuilder();
            for (String operation : Files.readAllLines(golden.resolve("call"))) {
                Sandbox.Result result = sandbox.call(shell, directory.resolve("hook"), operation, Map.of());
                exits.add(Integer.toString(result.exit()));
                messages.append(result.message());
            }
            check(golden.resolve("out-exit"), String.join("\n", exits) + "\n");
            check(golden.resolve("out-message"), listing.symbolic(messages.toString()));
            check(golden.resolve("out-host"), listing.read());
        }
    }

    private static void check(Path golden, String actual) throws IOException {
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(golden, actual);
        } else {
            assertThat(actual).as(golden.getFileName().toString()).isEqualTo(Files.readString(golden));
        }
    }
}
