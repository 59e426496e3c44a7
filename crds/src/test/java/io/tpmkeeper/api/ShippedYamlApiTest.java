package io.tpmkeeper.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.Result;
import io.tpmkeeper.testbed.junit.OnTheGround;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The YAML that people are given applies to a real API server, and the rights in it are enough and not more. */
@Tag("api")
@OnTheGround
class ShippedYamlApiTest {
    private static final Path EXAMPLES = Path.of("../docs/examples");
    private static final Path RBAC = Path.of("../deploy/rbac");

    private final ControlPlane controlPlane;

    ShippedYamlApiTest(ControlPlane controlPlane) {
        this.controlPlane = controlPlane;
    }

    @BeforeAll
    static void install(ControlPlane controlPlane) {
        Installed.on(controlPlane);
        controlPlane.kubectl("apply", "-f", RBAC.toString()).orThrow();
    }

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleApplies(Path example) {
        try {
            controlPlane.kubectl("apply", "-f", example.toString()).orThrow();
        } finally {
            controlPlane
                    .kubectl("delete", "-f", example.toString(), "--ignore-not-found")
                    .orThrow();
        }
    }

    @Test
    void everyResourceHasAnExample() throws IOException {
        List<String> kinds = examples().stream()
                .map(e -> GoldenCase.read(e).path("kind").asText())
                .toList();
        assertThat(kinds)
                .containsExactlyInAnyOrderElementsOf(
                        Schema.all().stream().map(Schema::kind).toList());
    }

    @Test
    void theExampleOfAClassIsTheBuiltInPolicy() {
        controlPlane
                .kubectl("apply", "-f", EXAMPLES.resolve("vmtpmclass.yaml").toString())
                .orThrow();
        VmTpmClass standard = controlPlane
                .client()
                .resources(VmTpmClass.class)
                .withName("standard")
                .require();
        controlPlane.kubectl("delete", "vtc", "standard").orThrow();

        assertThat(EffectivePolicy.of("standard", standard.getSpec()))
                .usingRecursiveComparison()
                .ignoringFields("className")
                .isEqualTo(EffectivePolicy.BUILT_IN);
    }

    @ParameterizedTest(name = "{0} may {1} {2} in {3}")
    @CsvSource({
        "agent, create, secrets, tpm-keeper-agents",
        "agent, update, leases.coordination.k8s.io, tpm-keeper-agents",
        "agent, watch, vmtpmrecords.tpmkeeper.io, ''",
        "agent, patch, vmtpmgrants.tpmkeeper.io/status, ''",
        "agent, patch, vmtpmnodes.tpmkeeper.io/status, ''",
        "operator, create, secrets, default",
        "operator, delete, secrets, tpm-keeper-agents",
        "operator, update, vmtpmrecords.tpmkeeper.io/status, ''",
        "operator, create, vmtpmgrants.tpmkeeper.io, ''",
        "operator, patch, vmtpmstates.tpmkeeper.io/status, default",
        "operator, watch, leases.coordination.k8s.io, tpm-keeper-agents",
        "operator, update, leases.coordination.k8s.io, tpm-keeper-system",
        "operator, create, events.events.k8s.io, default",
        "operator, watch, nodes, ''",
    })
    void theRightsAreEnough(String who, String verb, String resource, String namespace) {
        assertThat(mayDo(who, verb, resource, namespace)).isTrue();
    }

    @ParameterizedTest(name = "{0} may not {1} {2} in {3}")
    @CsvSource({
        "agent, get, secrets, default",
        "agent, list, secrets, tpm-keeper-system",
        "agent, delete, secrets, tpm-keeper-agents",
        "agent, patch, vmtpmgrants.tpmkeeper.io, ''",
        "agent, create, vmtpmnodes.tpmkeeper.io, ''",
        "agent, patch, vmtpmrecords.tpmkeeper.io/status, ''",
        "agent, get, vmtpmstates.tpmkeeper.io, default",
        "agent, list, namespaces, ''",
        "operator, delete, vmtpmstates.tpmkeeper.io, default",
        "operator, patch, vmtpmgrants.tpmkeeper.io/status, ''",
        "operator, patch, vmtpmclasses.tpmkeeper.io, ''",
        "operator, update, leases.coordination.k8s.io, tpm-keeper-agents",
        "operator, create, pods, default",
    })
    void theRightsAreNotMore(String who, String verb, String resource, String namespace) {
        assertThat(mayDo(who, verb, resource, namespace)).isFalse();
    }

    private boolean mayDo(String who, String verb, String resource, String namespace) {
        String account = who.equals("agent")
                ? "system:serviceaccount:tpm-keeper-agents:tpm-keeper-agent"
                : "system:serviceaccount:tpm-keeper-system:tpm-keeper-operator";
        String[] parts = resource.split("/", -1);
        Stream<String> command = Stream.of("auth", "can-i", verb, parts[0], "--as", account);
        Stream<String> part = parts.length > 1 ? Stream.of("--subresource", parts[1]) : Stream.of();
        Stream<String> place = namespace.isEmpty() ? Stream.of() : Stream.of("--namespace", namespace);
        Result answer = controlPlane.kubectl(
                Stream.of(command, part, place).flatMap(s -> s).toArray(String[]::new));
        assertThat(answer.stdout().trim()).as(answer.stderr()).isIn("yes", "no");
        return answer.succeeded();
    }
}
