package io.tpmkeeper.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A line of kube-apiserver's audit log (1.36) as the call that is made again. */
class ApiCallTest {
    private static final ApiCall APPLIED = call("""
            {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request", "stage": "ResponseComplete", "verb": "patch",
             "requestURI": "/apis/tpmkeeper.io/v1alpha1/vmtpmgrants/u.host-a/status?fieldManager=tpm-keeper-agent&force=true",
             "user": {"username": "system:serviceaccount:tpm-keeper-agents:tpm-keeper-agent"},
             "objectRef": {"resource": "vmtpmgrants", "name": "u.host-a", "apiGroup": "tpmkeeper.io", "subresource": "status"},
             "responseStatus": {"metadata": {}, "code": 200},
             "requestObject": {"metadata": {"name": "u.host-a"}, "status": {"hostId": "h"}},
             "requestReceivedTimestamp": "2026-01-01T10:00:00.123456Z", "stageTimestamp": "2026-01-01T10:00:00.130000Z"}""");
    private static final ApiCall LISTED = call("""
            {"verb": "list", "requestURI": "/api/v1/namespaces/vms/secrets?labelSelector=x", "user": {"username": "operator"},
             "objectRef": {"resource": "secrets", "namespace": "vms"}, "responseStatus": {"code": 200},
             "responseObject": {"kind": "PartialObjectMetadataList"},
             "requestReceivedTimestamp": "2026-01-01T10:00:00.000000Z"}""");

    @Test
    void whatWasAppliedIsAppliedAgainWithTheSameBody() {
        assertThat(APPLIED.method()).isEqualTo("PATCH");
        assertThat(APPLIED.applies()).isTrue();
        assertThat(APPLIED.name()).isEqualTo("PATCH vmtpmgrants/status");
        assertThat(APPLIED.body())
                .isEqualTo(Wire.parsed("{\"metadata\": {\"name\": \"u.host-a\"}, \"status\": {\"hostId\": \"h\"}}"));
        assertThat(APPLIED.began()).isEqualTo(Instant.parse("2026-01-01T10:00:00.123456Z"));
    }

    @Test
    void secretsThatWereListedWithoutTheirDataAreListedSoAgain() {
        assertThat(LISTED.method()).isEqualTo("GET");
        assertThat(LISTED.metadataOnly()).isTrue();
        assertThat(LISTED.body()).isNull();
    }

    @Test
    void callsAreToldByNameWithHowManyAndHowMuchWasSent() {
        assertThat(SameCalls.told(List.of(LISTED, APPLIED, LISTED)))
                .containsExactly(
                        " 2 LIST secrets (without their content)", " 1 PATCH vmtpmgrants/status, 56 bytes sent");
    }

    private static ApiCall call(String line) {
        return ApiCall.of(Wire.parsed(line));
    }
}
