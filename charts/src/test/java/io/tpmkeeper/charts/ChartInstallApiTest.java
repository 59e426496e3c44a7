package io.tpmkeeper.charts;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.Helm;
import io.tpmkeeper.testbed.Result;
import io.tpmkeeper.testbed.junit.OnTheGround;
import io.tpmkeeper.testbed.junit.Own;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart on a real API server, whose admission and whose controllers say what they think of it. No kubelet runs its pods. */
@Tag("api")
@OnTheGround
class ChartInstallApiTest {
    private static final String SYSTEM = "tpm-keeper-system";
    private static final String AGENTS = "tpm-keeper-agents";
    private static final String STATE = """
            apiVersion: tpmkeeper.io/v1alpha1
            kind: VmTpmState
            metadata: {name: win11-01, namespace: vms}
            spec: {target: {domainUUID: 5f0c1e6a-6f0e-4a55-9d0a-0c8f4a1b2c3d}}
            """;

    private final ControlPlane cluster;
    private final Helm helm;

    ChartInstallApiTest(@Own ControlPlane cluster) {
        this.cluster = cluster;
        this.helm = Helm.on(cluster);
    }

    @TempDir
    private Path directory;

    @BeforeAll
    static void install(@Own ControlPlane cluster) {
        for (String node : List.of("node-1", "node-2")) {
            cluster.createNode(node);
            cluster.kubectl("label", "node", node, "kubernetes.io/os=linux").orThrow();
        }
        cluster.client()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("vms")
                        .endMetadata()
                        .build())
                .create();
        Result installed = Helm.on(cluster).run("install", "tpm-keeper", Chart.DIRECTORY.toString());
        assertThat(installed.orThrow().stdout()).contains("kubectl get vmtpmnodes");
        // The API server warns of unknown fields, and of pods that their namespace's PodSecurity will refuse.
        assertThat(installed.stderr()).isEmpty();
    }

    /** The class's tests share the release, in any order: each puts back what it takes away. */
    @AfterAll
    static void theReleaseGoes(@Own ControlPlane cluster) {
        Helm.on(cluster).run("uninstall", "tpm-keeper").orThrow();
    }

    private KubernetesClient client() {
        return cluster.client();
    }

    @Test
    void itsPodsAreAdmitted() {
        eventually("two operators and an agent for each node", () -> {
            assertThat(client().pods().inNamespace(SYSTEM).list().getItems()).hasSize(2);
            assertThat(client().pods().inNamespace(AGENTS).list().getItems()).hasSize(2);
        });
        assertThat(client().pods().inNamespace(AGENTS).list().getItems())
                .allSatisfy(pod -> assertThat(pod.getSpec().getPriority()).isEqualTo(2_000_001_000));
    }

    @Test
    void anAgentIsNotAdmittedWhereTheOperatorIs() {
        String agent = client().apps()
                .daemonSets()
                .inNamespace(AGENTS)
                .withName("tpm-keeper-agent")
                .require()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage();
        Result refused = cluster.kubectl(
                "run",
                "agent",
                "--namespace=" + SYSTEM,
                "--image=" + agent,
                "--overrides={\"spec\":{\"hostPID\":true}}",
                "--dry-run=server");

        assertThat(refused.stderr())
                .contains("violates PodSecurity \"restricted")
                .contains("hostPID=true");
    }

    @Test
    void aSecondReleaseIsRefusedAndChangesNothing() {
        String before = everything();

        Result second = helm.run(
                "install",
                "another",
                Chart.DIRECTORY.toString(),
                "--set=operator.namespace=another-system,agent.namespace=another-agents");

        assertThat(second.succeeded()).isFalse();
        assertThat(second.stderr())
                .contains(
                        "AlreadyInstalled: release \"tpm-keeper\" in namespace \"default\" is TPM Keeper in this cluster")
                .contains("helm upgrade tpm-keeper --namespace default <this chart>");
        assertThat(everything()).isEqualTo(before);
        assertThat(client().namespaces().withName("another-system").get()).isNull();
    }

    @Test
    void anUpgradeUpgradesTheCrds() throws IOException {
        Path newer = directory.resolve("tpm-keeper");
        copy(Chart.DIRECTORY, newer);
        Path crd = newer.resolve("files/crds/tpmkeeper.io_vmtpmstates.yaml");
        Files.writeString(crd, Files.readString(crd).replaceFirst("shortNames: \\[", "shortNames: [newer, "));

        helm.run("upgrade", "tpm-keeper", newer.toString()).orThrow();
        assertThat(shortNames()).contains("newer");

        helm.run("upgrade", "tpm-keeper", Chart.DIRECTORY.toString()).orThrow();
        assertThat(shortNames()).doesNotContain("newer");
    }

    @Test
    void whatPeopleMadeSurvivesTheReleaseAndIsTakenUpByTheNext() throws IOException {
        Path state = Files.writeString(directory.resolve("state.yaml"), STATE);
        eventually(
                "the CRDs are served",
                () -> cluster.kubectl("apply", "-f", state.toString()).orThrow());

        Result uninstalled = helm.run("uninstall", "tpm-keeper", "--wait").orThrow();
        assertThat(uninstalled.stdout()).contains("These resources were kept due to the resource policy");
        assertThat(cluster.kubectl("get", "vmtpmstates", "--namespace=vms", "--output=name")
                        .orThrow()
                        .stdout())
                .isEqualTo("vmtpmstate.tpmkeeper.io/win11-01\n");
        eventually(
                "the namespaces are gone",
                () -> assertThat(client().namespaces().list().getItems())
                        .noneMatch(n -> n.getMetadata().getName().startsWith("tpm-keeper")));

        helm.run("install", "tpm-keeper", Chart.DIRECTORY.toString()).orThrow();
        assertThat(cluster.kubectl("get", "vmtpmstates", "--namespace=vms", "--output=name")
                        .orThrow()
                        .stdout())
                .isEqualTo("vmtpmstate.tpmkeeper.io/win11-01\n");
        cluster.kubectl("delete", "-f", state.toString()).orThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "tpm-keeper-agents:tpm-keeper-agent, list, secrets, tpm-keeper-agents, yes",
        "tpm-keeper-agents:tpm-keeper-agent, delete, secrets, tpm-keeper-agents, no",
        "tpm-keeper-agents:tpm-keeper-agent, update, vmtpmrecords.tpmkeeper.io, vms, no",
        "tpm-keeper-system:tpm-keeper-operator, update, leases.coordination.k8s.io, tpm-keeper-system, yes",
        "tpm-keeper-system:tpm-keeper-operator, create, vmtpmclasses.tpmkeeper.io, vms, yes",
        "tpm-keeper-system:tpm-keeper-operator, update, vmtpmclasses.tpmkeeper.io, vms, no",
    })
    void anAccountMay(String account, String verb, String resource, String namespace, String answer) {
        assertThat(mayI("--as=system:serviceaccount:" + account, verb, resource, namespace))
                .isEqualTo(answer);
    }

    /** @param namespace empty: all of them */
    @ParameterizedTest
    @ValueSource(strings = {"vms", "default", SYSTEM, "kube-system", ""})
    void anAgentHasNoRightOnSecretsOutsideItsOwnNamespace(String namespace) {
        assertThat(Stream.of("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "*")
                        .filter(verb -> mayAnAgent(verb, namespace)))
                .isEmpty();
    }

    private boolean mayAnAgent(String verb, String namespace) {
        return client().authorization()
                .v1()
                .subjectAccessReview()
                .create(new SubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withUser("system:serviceaccount:" + AGENTS + ":tpm-keeper-agent")
                        .withGroups(
                                "system:serviceaccounts", "system:serviceaccounts:" + AGENTS, "system:authenticated")
                        .withNewResourceAttributes()
                        .withVerb(verb)
                        .withResource("secrets")
                        .withNamespace(namespace)
                        .endResourceAttributes()
                        .endSpec()
                        .build())
                .getStatus()
                .getAllowed();
    }

    @ParameterizedTest
    @CsvSource({
        "view, list, yes, no",
        "view, create, no, no",
        "edit, create, yes, no",
        "edit, delete, yes, no",
        "edit, deletecollection, no, no",
        "admin, deletecollection, yes, no",
    })
    void aPersonMayInTheirNamespace(String role, String verb, String answer, String elsewhere) {
        String binding = role + "-of-" + verb;
        cluster.kubectl(
                        "create",
                        "rolebinding",
                        binding,
                        "--namespace=vms",
                        "--clusterrole=" + role,
                        "--user=" + binding)
                .orThrow();

        // The cluster's roles are put together anew by a controller.
        eventually(
                role + " may " + verb,
                () -> assertThat(mayI("--as=" + binding, verb, "vmtpmstates.tpmkeeper.io", "vms"))
                        .isEqualTo(answer));
        assertThat(mayI("--as=" + binding, verb, "vmtpmstates.tpmkeeper.io", "default"))
                .isEqualTo(elsewhere);
    }

    private String mayI(String who, String verb, String resource, String namespace) {
        return cluster.kubectl("auth", "can-i", verb, resource, "--namespace=" + namespace, who)
                .stdout()
                .strip();
    }

    private List<String> shortNames() {
        return client().apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("vmtpmstates.tpmkeeper.io")
                .require()
                .getSpec()
                .getNames()
                .getShortNames();
    }

    /** Name and version of each object that the chart makes. */
    private String everything() {
        return cluster.kubectl(
                        "get",
                        "customresourcedefinitions,clusterroles,clusterrolebindings,namespaces",
                        "--selector=app.kubernetes.io/part-of=tpm-keeper",
                        "--output=jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.generation} {.metadata.labels} {.rules}{\"\\n\"}{end}")
                .orThrow()
                .stdout();
    }

    private static void eventually(String what, Runnable assertion) {
        Awaitility.await(what).atMost(Duration.ofSeconds(60)).untilAsserted(assertion::run);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(each).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path each, BasicFileAttributes attributes) throws IOException {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
