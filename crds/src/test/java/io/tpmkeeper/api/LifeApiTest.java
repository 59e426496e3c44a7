package io.tpmkeeper.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.junit.OnTheGround;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What users and programs do with the resources, on a real API server. */
@Tag("api")
@OnTheGround
class LifeApiTest {
    private static final String OTHER_UUID = "00000000-1111-4222-8333-444444444444";

    private final ControlPlane controlPlane;
    private final KubernetesClient client;

    LifeApiTest(ControlPlane controlPlane) {
        this.controlPlane = controlPlane;
        this.client = controlPlane.client();
    }

    @BeforeAll
    static void install(ControlPlane controlPlane) {
        Installed.on(controlPlane);
        controlPlane.kubectl("create", "namespace", "vms").orThrow();
    }

    @AfterEach
    void clean() {
        controlPlane
                .kubectl("delete", "vts,vtc,vtr,vtg,vtn", "--all", "--all-namespaces")
                .orThrow();
    }

    static Stream<CustomResource<?, ?>> everyResource() {
        return Samples.all().stream();
    }

    @ParameterizedTest
    @MethodSource("everyResource")
    void whatJavaWritesTheApiServerKeepsWhole(CustomResource<?, ?> sample) {
        CustomResource<?, ?> kept = written(sample);

        assertThat(kept.getSpec()).isEqualTo(sample.getSpec());
        assertThat(kept.getStatus()).isEqualTo(sample.getStatus());
    }

    @Test
    void beforeTheOperatorsFirstLookTheStatusSaysSo() {
        client.resource(state("fresh", Samples.UUID)).create();

        VmTpmState fresh = client.resources(VmTpmState.class)
                .inNamespace("vms")
                .withName("fresh")
                .require();

        assertThat(fresh.getStatus()).isEqualTo(VmTpmStateStatus.EMPTY);
        assertThat(fresh.getSpec()).isEqualTo(VmTpmStateSpec.ofDomain(Samples.UUID));
    }

    @Test
    void kubectlGetShowsReadyNodeStateSavedGenerationAndReason() {
        VmTpmState state = Samples.state();
        VmTpmStateStatus.Generation current = state.getStatus().current();
        assertThat(current).isNotNull();
        String anHourAgo = Instant.now().minus(Duration.ofMinutes(125)).toString();
        state.setStatus(new VmTpmStateStatus(
                1,
                Samples.UUID,
                state.getStatus().host(),
                new VmTpmStateStatus.Generation(
                        41, Samples.DIGEST, anHourAgo, anHourAgo, current.trigger(), null, null, "win11-01-g41-9f3c"),
                null,
                null,
                null,
                null,
                null,
                state.getStatus().conditions()));
        written(state);

        assertThat(columns("get", "vts", "-n", "vms"))
                .containsExactly(
                        List.of("NAME", "READY", "NODE", "STATE", "SAVED", "GEN", "REASON"),
                        List.of("win11-01", "True", "worker-7", "Running", "125m", "41", "Running"));
        assertThat(columns("get", "vts", "-n", "vms", "-o", "wide").getFirst()).contains("UUID", "CLASS", "AGE");
    }

    @Test
    void kubectlGetShowsWhatMattersOfTheOthers() {
        VmTpmClass standard = Samples.policy();
        standard.getMetadata().getAnnotations().put(ApiGroup.DEFAULT_CLASS_ANNOTATION, "true");
        VmTpmRecord made = Samples.vmTpmRecord();
        made.getMetadata().getLabels().put(ApiGroup.GUARD_LABEL, "enforce");
        Stream.of(standard, made, Samples.grant(), Samples.node()).forEach(this::written);

        assertThat(columns("get", "vtc", "--no-headers").getFirst())
                .startsWith("gold", "true", "Warn", "After", "Retain", "5");
        assertThat(columns("get", "vtr", "--no-headers").getFirst())
                .startsWith(Samples.UUID, "vms", "win11-01", "enforce", "worker-7", "1789000000", "41", "worker-8");
        assertThat(columns("get", "vtg", "--no-headers").getFirst())
                .startsWith(Samples.UUID + ".worker-7", "worker-7", "Held", "Left", "true", "content", "LineElsewhere");
        assertThat(columns("get", "vtn", "--no-headers").getFirst())
                .startsWith("worker-7", "True", "true", "0.1.0", "1", "Running");
    }

    @Test
    void oneCategoryShowsEverything() {
        everyResource().forEach(this::written);

        assertThat(controlPlane
                        .kubectl("get", "tpmkeeper", "-A", "-o", "name")
                        .orThrow()
                        .stdout())
                .contains("vmtpmstate.", "vmtpmclass.", "vmtpmrecord.", "vmtpmgrant.", "vmtpmnode.");
    }

    @Test
    void theApiServerSelectsByDomainNodeAndOwner() {
        everyResource().forEach(this::written);
        written(state("other", OTHER_UUID));

        assertThat(names("vts", "spec.target.domainUUID=" + Samples.UUID)).containsExactly("win11-01");
        assertThat(names("vts", "spec.className=gold")).containsExactly("win11-01");
        assertThat(names("vts", "status.host.node=worker-7")).containsExactly("win11-01");
        assertThat(names("vts", "status.host.state=Running")).containsExactly("win11-01");
        assertThat(names("vtg", "spec.nodeName=worker-7")).containsExactly(Samples.UUID + ".worker-7");
        assertThat(names("vtg", "spec.nodeName=worker-8")).isEmpty();
        assertThat(names("vtg", "spec.domainUuid=" + Samples.UUID)).hasSize(1);
        assertThat(names("vtr", "spec.owner.namespace=vms,spec.owner.name=win11-01"))
                .containsExactly(Samples.UUID);
        assertThat(names("vtr", "status.holder.node=worker-7")).containsExactly(Samples.UUID);
    }

    @Test
    void conditionsOfTwoManagersStandSideBySide() {
        client.resource(state("shared", Samples.UUID)).create();

        applyCondition("tpm-keeper-operator", "Ready");
        applyCondition("somebody-else", "example.org/Approved");
        applyCondition("tpm-keeper-operator", "Ready");

        assertThat(client.resources(VmTpmState.class)
                        .inNamespace("vms")
                        .withName("shared")
                        .require()
                        .getStatus()
                        .conditions())
                .extracting(Condition::type)
                .containsExactlyInAnyOrder("Ready", "example.org/Approved");
    }

    @Test
    void aWriterOfTheSpecCannotTouchTheStatus() {
        VmTpmState written = client.resource(state("split", Samples.UUID)).create();
        written.setStatus(Samples.state().getStatus());

        client.resource(written).update();

        assertThat(client.resource(written).get().getStatus()).isEqualTo(VmTpmStateStatus.EMPTY);
    }

    @Test
    void kubectlExplainExplains() {
        assertThat(controlPlane
                        .kubectl("explain", "vts.spec.target.domainUUID")
                        .orThrow()
                        .stdout())
                .contains("virsh domuuid");
        assertThat(controlPlane
                        .kubectl("explain", "vtc.spec.onHostLoss")
                        .orThrow()
                        .stdout())
                .contains("Standing consent", "mode", "after");
    }

    private void applyCondition(String manager, String type) {
        client.resources(VmTpmState.class)
                .inNamespace("vms")
                .withName("shared")
                .subresource("status")
                .patch(
                        new PatchContext.Builder()
                                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                                .withFieldManager(manager)
                                .build(),
                        """
                        apiVersion: tpmkeeper.io/v1alpha1
                        kind: VmTpmState
                        metadata: {name: shared, namespace: vms}
                        status:
                          conditions:
                            - {type: "%s", status: "True", reason: Tested, message: "", lastTransitionTime: "2026-01-02T03:04:05Z"}
                        """.formatted(type));
    }

    private List<List<String>> columns(String... arguments) {
        return controlPlane
                .kubectl(arguments)
                .orThrow()
                .stdout()
                .lines()
                .map(line -> Arrays.asList(line.trim().split("\\s+")))
                .toList();
    }

    private List<String> names(String resource, String selector) {
        return controlPlane
                .kubectl(
                        "get", resource, "-A", "--field-selector", selector, "-o", "jsonpath={.items[*].metadata.name}")
                .orThrow()
                .stdout()
                .lines()
                .flatMap(line -> Arrays.stream(line.split(" ")))
                .toList();
    }

    /** As its writers write it: the object, then its status. */
    private <T extends CustomResource<?, ?>> T written(T sample) {
        T made = client.resource(sample).create();
        if (sample.getStatus() == null) {
            return made;
        }
        sample.getMetadata().setResourceVersion(made.getMetadata().getResourceVersion());
        return client.resource(sample).updateStatus();
    }

    private static VmTpmState state(String name, String uuid) {
        VmTpmState state = new VmTpmState();
        state.setMetadata(
                new ObjectMetaBuilder().withName(name).withNamespace("vms").build());
        state.setSpec(VmTpmStateSpec.ofDomain(uuid));
        return state;
    }
}
