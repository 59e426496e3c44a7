package io.tpmkeeper.charts;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.testbed.Helm;
import io.tpmkeeper.testbed.Result;
import io.tpmkeeper.testbed.junit.OnTheGround;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The chart by Helm alone, without a cluster. */
@Tag("api")
@OnTheGround
class ChartRenderTest {
    private static final String NO_CRDS = "--set=crds.install=false";

    @TempDir
    private Path directory;

    @Test
    void helmLintFindsNothing() {
        Result lint = Helm.alone().run("lint", "--strict", Chart.DIRECTORY.toString());

        assertThat(lint.orThrow().stdout())
                .contains("1 chart(s) linted, 0 chart(s) failed")
                .doesNotContain("[WARNING]", "[ERROR]");
    }

    static List<Path> values() throws IOException {
        return Chart.cases("golden");
    }

    /** What the values of a case change, as a diff against the defaults without line numbers. */
    @ParameterizedTest
    @MethodSource("values")
    void theValuesChangeWhatTheGoldenSays(Path golden) throws IOException, InterruptedException {
        Path before = Files.writeString(
                directory.resolve("before"), Chart.template(NO_CRDS).orThrow().stdout());
        Path after = Files.writeString(
                directory.resolve("after"),
                Chart.template(NO_CRDS, "--values=" + golden.resolve("values.yaml"))
                        .orThrow()
                        .stdout());

        new Golden(golden.resolve("rendered.diff")).holds(diff(before, after));
    }

    static List<Path> refused() throws IOException {
        return Chart.cases("refused");
    }

    @ParameterizedTest
    @MethodSource("refused")
    void badValuesAreRefusedWithAMessage(Path refused) throws IOException {
        Result result = Chart.template("--values=" + refused.resolve("values.yaml"));

        assertThat(result.succeeded()).isFalse();
        assertThat(result.stdout()).isEmpty();
        new Golden(refused.resolve("message.txt")).holds(result.stderr());
    }

    @Test
    void everyCrdIsKeptAndOtherwiseAsItIs() throws IOException {
        String rendered =
                Chart.template("--show-only=templates/crds.yaml").orThrow().stdout();
        String keep = "  annotations:\n    helm.sh/resource-policy: keep\n";

        try (Stream<Path> crds = Files.list(Chart.DIRECTORY.resolve("files/crds"))) {
            assertThat(crds.toList())
                    .hasSize(5)
                    .allSatisfy(crd -> assertThat(rendered)
                            .contains(Chart.text(crd).strip().replaceFirst("\nmetadata:\n", "\nmetadata:\n" + keep)));
        }
    }

    @Test
    void whatIsGeneratedIsUpToDate() throws IOException, InterruptedException {
        Process generate = new ProcessBuilder(
                        Chart.CLONE.resolve("charts/generate").toString(), directory.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(generate.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(generate.waitFor()).as(said).isZero();

        assertThat(files(Chart.CLONE.resolve("deploy")))
                .as("make manifests makes them")
                .isEqualTo(files(directory.resolve("deploy")))
                .hasSize(5);
    }

    private static Map<String, String> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .collect(toMap(f -> root.relativize(f).toString(), Chart::text));
        }
    }

    private static String diff(Path before, Path after) throws IOException, InterruptedException {
        Process diff = new ProcessBuilder(
                        "diff",
                        "--unified=2",
                        "--label=defaults",
                        "--label=values",
                        before.toString(),
                        after.toString())
                .start();
        String text = new String(diff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(diff.waitFor()).isLessThan(2);
        return text.replaceAll("(?m)^@@ .*$", "@@");
    }
}
