package io.tpmkeeper.agent.hook;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.hook.Denial;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HookScriptTest {
    @TempDir
    private Path directory;

    @Test
    void everyPartIsInTheInstalledFile() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("hook"))) {
            assertThat(files.map(file -> file.getFileName().toString()).sorted())
                    .containsExactlyElementsOf(HookScript.PARTS);
        }
        assertThat(HookScript.shipped().text()).startsWith("#!/bin/sh\n").endsWith("exit \"$status\"\n");
    }

    @Test
    void theModelKnowsEveryRefusalByItsName() throws IOException {
        Matcher explained = Pattern.compile("^    (\\w+)\\) missing=", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("hook/10-refusals.sh")));
        assertThat(explained.results().map(name -> name.group(1)))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Denial.values()).map(Denial::word).toList());
    }

    @Test
    void shellcheckHasNothingToSay() throws Exception {
        Path hook = Files.writeString(
                directory.resolve("hook"), HookScript.shipped().text());
        Process process = new ProcessBuilder("shellcheck", "-s", "sh", "-S", "style", hook.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(process.waitFor()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"prepare", "start", "started", "stopped", "release"})
    void aProbeIsRefusedWithOurVersionAndTouchesNothing(String operation) throws IOException {
        Path hook = Files.writeString(
                directory.resolve("hook"), HookScript.shipped().text());
        try (Sandbox sandbox = Sandbox.make()) {
            String before = new Listing(sandbox).read();
            String name = "tpm-keeper-probe-x1";
            Sandbox.Result result = sandbox.call(
                    java.util.List.of("dash"), hook, operation, name, Sandbox.xml(name, Sandbox.UUID), Map.of());
            if (operation.equals("prepare")) {
                assertThat(result)
                        .isEqualTo(new Sandbox.Result(
                                1, "tpm-keeper hook " + HookScript.shipped().version() + " is live\n"));
            } else {
                assertThat(result).isEqualTo(new Sandbox.Result(0, ""));
            }
            assertThat(new Listing(sandbox).read()).isEqualTo(before);
        }
    }
}
