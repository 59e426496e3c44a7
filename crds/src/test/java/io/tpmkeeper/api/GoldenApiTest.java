package io.tpmkeeper.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.Result;
import io.tpmkeeper.testbed.junit.OnTheGround;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a person who applies something sees, on a real API server. With {@code -Dgolden.write=true} in {@code test.jvm.options} what
 * is there is not compared but written, to be read before it is committed.
 */
@Tag("api")
@OnTheGround
class GoldenApiTest {
    private static final boolean WRITE = Boolean.getBoolean("golden.write");

    @BeforeAll
    static void install(ControlPlane controlPlane) {
        Installed.on(controlPlane);
    }

    static List<GoldenCase> cases() {
        return GoldenCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theApiServerSaysWhatTheGoldenSays(GoldenCase golden, ControlPlane controlPlane) throws IOException {
        JsonNode last = golden.lastStep();
        String kind = last.path("kind").asText();
        String name = last.at("/metadata/name").asText();
        try {
            Result result = step(controlPlane, golden.steps().getFirst(), "create");
            for (Path change : golden.steps().subList(1, golden.steps().size())) {
                result.orThrow();
                result = step(controlPlane, change, "replace");
            }
            if (result.succeeded()) {
                String object = GoldenCase.comparable(controlPlane
                        .kubectl("get", kind, name, "-o", "yaml")
                        .orThrow()
                        .stdout());
                compare(golden.accepted(), object);
            } else {
                compare(golden.message(), result.stderr());
            }
        } finally {
            controlPlane
                    .kubectl("delete", kind, name, "--ignore-not-found", "--wait=false")
                    .orThrow();
        }
    }

    /** As a person does with the object, and where the file has a status, as its writer does with that. */
    private static Result step(ControlPlane controlPlane, Path file, String verb) {
        Result object = controlPlane.kubectl(verb, "-f", file.toString());
        return !object.succeeded() || !GoldenCase.read(file).has("status")
                ? object
                : controlPlane.kubectl("replace", "--subresource=status", "-f", file.toString());
    }

    private static void compare(Path golden, String actual) throws IOException {
        if (WRITE) {
            Files.writeString(golden, actual);
        }
        assertThat(golden).as("no such golden; what came is: " + actual).exists();
        assertThat(actual).isEqualTo(GoldenCase.text(golden));
    }
}
