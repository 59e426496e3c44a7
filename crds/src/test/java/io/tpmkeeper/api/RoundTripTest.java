package io.tpmkeeper.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written to the API server comes back as it was, through the client's own serialisation. */
class RoundTripTest {
    private final KubernetesSerialization serialization = new KubernetesSerialization();

    static Stream<CustomResource<?, ?>> everyResource() {
        return Samples.all().stream();
    }

    @ParameterizedTest
    @MethodSource("everyResource")
    void everyFieldComesBack(CustomResource<?, ?> sent) {
        CustomResource<?, ?> back = serialization.unmarshal(serialization.asJson(sent), sent.getClass());

        assertThat(back.getSpec()).isEqualTo(sent.getSpec());
        assertThat(back.getStatus()).isEqualTo(sent.getStatus());
        assertThat(back.getApiVersion()).isEqualTo("tpmkeeper.io/v1alpha1");
        assertThat(back.getPlural()).isEqualTo(sent.getPlural());
    }

    @ParameterizedTest
    @MethodSource("everyResource")
    void anObjectWithoutStatusHasNoneInvented(CustomResource<?, ?> sent) {
        sent.setStatus(null);
        String json = serialization.asJson(sent);

        assertThat(json).doesNotContain("\"status\"");
        assertThat((Object) serialization.unmarshal(json, sent.getClass()).getStatus())
                .isNull();
    }

    @Test
    void aFieldOfANewerVersionDoesNotKeepAnOlderOneFromReading() {
        String json = """
                {"apiVersion":"tpmkeeper.io/v1alpha1","kind":"VmTpmGrant","metadata":{"name":"x"},
                 "spec":{"nodeName":"n","domainUuid":"u","recordUid":"r","hostId":"h","later":{"a":1},
                         "order":{"id":"o","epoch":4,"kind":"Tombstone","active":false,"later":true}},
                 "status":{"hostId":"h","defined":true,"active":false,"later":[1]}}""";

        VmTpmGrant grant = serialization.unmarshal(json, VmTpmGrant.class);

        assertThat(grant.getSpec().order()).isNotNull();
        assertThat(grant.getStatus().defined()).isTrue();
        assertThat(grant.getStatus().entries()).isEmpty();
    }

    @Test
    void whatIsNotSaidIsNotWritten() {
        VmTpmState state = new VmTpmState();
        state.setSpec(VmTpmStateSpec.ofDomain(Samples.UUID));
        state.setStatus(VmTpmStateStatus.EMPTY);

        assertThat(serialization.asYaml(state)).isEqualToNormalizingNewlines("""
                ---
                apiVersion: "tpmkeeper.io/v1alpha1"
                kind: "VmTpmState"
                metadata: {}
                spec:
                  target:
                    domainUUID: "%s"
                status:
                  observedGeneration: -1
                """.formatted(Samples.UUID));
    }

    @Test
    void derivedAnswersAreNotPartOfTheWire() {
        assertThat(serialization.asJson(Samples.grant()))
                .doesNotContain("\"held\"")
                .doesNotContain("\"unanswered\"");
    }
}
