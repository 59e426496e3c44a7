package io.tpmkeeper.charts;

import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.Helm;
import io.tpmkeeper.testbed.junit.OnTheGround;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Helm says after an installation. It does not say it without a cluster. */
@Tag("api")
@OnTheGround
class ChartNotesApiTest {
    static List<Path> values() throws IOException {
        return Chart.cases("golden");
    }

    @ParameterizedTest
    @MethodSource("values")
    void theNotesSayTheNextCommand(Path golden, ControlPlane empty) throws IOException {
        String said = Helm.on(empty)
                .run(
                        "install",
                        "tpm-keeper",
                        Chart.DIRECTORY.toString(),
                        "--dry-run=client",
                        "--namespace=tpm-keeper-system",
                        "--values=" + golden.resolve("values.yaml"))
                .orThrow()
                .stdout();

        new Golden(golden.resolve("notes.txt")).holds(said.replaceFirst("(?s).*\nNOTES:\n", ""));
    }
}
