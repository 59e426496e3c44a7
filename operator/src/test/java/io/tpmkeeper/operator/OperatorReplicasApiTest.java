package io.tpmkeeper.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.api.VmTpmNodeSpec;
import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.junit.OnTheGround;
import io.tpmkeeper.testbed.junit.Own;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two operators, as the chart starts them. The enclosure's network is ours, and so are its ports. */
@Tag("api")
@OnTheGround
class OperatorReplicasApiTest {
    private static final int FIRST = 18081;
    private static final int SECOND = 18082;
    private static final String CLASS = """
            apiVersion: tpmkeeper.io/v1alpha1
            kind: VmTpmClass
            metadata: {name: standard}
            spec: {retention: {keepLast: 5}}
            """;

    @TempDir
    private Path directory;

    @Test
    void theOneThatStopsHandsOverAndAnAdministratorsClassStaysAsItIs(@Own ControlPlane cluster) throws IOException {
        Path root = Path.of("..").toAbsolutePath().normalize();
        cluster.kubectl("apply", "--server-side", "-f", root.resolve("crds").toString())
                .orThrow();
        cluster.kubectl("apply", "-f", root.resolve("deploy/rbac").toString()).orThrow();
        cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
                .orThrow();
        KubernetesClient client = cluster.client();
        VmTpmNode node = new VmTpmNode();
        node.getMetadata().setName("host-a");
        node.setSpec(new VmTpmNodeSpec("nobody"));
        client.resource(node).create();
        Path kubeconfig = cluster.kubeconfigForServiceAccount("tpm-keeper-system", "tpm-keeper-operator");
        String defaultClass = "--default-class=" + Files.writeString(directory.resolve("class.yaml"), CLASS);

        try (OperatorProcess first =
                OperatorProcess.start("operator-1", kubeconfig, defaultClass, "--health-port=" + FIRST)) {
            eventually("the first leads", () -> assertThat(question(client)).isNotEqualTo("nobody"));
            eventually(
                    "the first is ready",
                    () -> assertThat(asks(FIRST, "readyz")).isEqualTo(200));
            String leader = holder(client);
            String asked = question(client);
            assertThat(keepLast(cluster)).isEqualTo("5");
            cluster.kubectl(
                            "patch",
                            "vtc",
                            "standard",
                            "--type=merge",
                            "--patch={\"spec\":{\"retention\":{\"keepLast\":9}}}")
                    .orThrow();

            try (OperatorProcess second =
                    OperatorProcess.start("operator-2", kubeconfig, defaultClass, "--health-port=" + SECOND)) {
                eventually(
                        "the second is ready",
                        () -> assertThat(asks(SECOND, "readyz")).isEqualTo(200));
                assertThat(asks(SECOND, "livez")).isEqualTo(200);
                assertThat(holder(client)).as("ready, and not leading").isEqualTo(leader);

                first.close();

                assertThat(holder(client)).as("let go before the process ended").isNotEqualTo(leader);
                eventually(
                        "the second leads", () -> assertThat(question(client)).isNotEqualTo(asked));
                assertThat(keepLast(cluster)).isEqualTo("9");
                assertThat(second.isAlive()).isTrue();
            }
        }
    }

    /** Whoever leads puts a question of its own. */
    private static String question(KubernetesClient client) {
        return String.valueOf(client.resources(VmTpmNode.class)
                .withName("host-a")
                .require()
                .getSpec()
                .question());
    }

    private static String keepLast(ControlPlane cluster) {
        return cluster.kubectl("get", "vtc", "standard", "--output=jsonpath={.spec.retention.keepLast}")
                .orThrow()
                .stdout();
    }

    private static String holder(KubernetesClient client) {
        return String.valueOf(client.leases()
                .inNamespace("tpm-keeper-system")
                .withName("tpm-keeper-operator")
                .require()
                .getSpec()
                .getHolderIdentity());
    }

    private static int asks(int port, String path) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/" + path))
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException notYet) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private static void eventually(String what, Runnable assertion) {
        Awaitility.await(what).atMost(Duration.ofSeconds(60)).untilAsserted(assertion::run);
    }
}
