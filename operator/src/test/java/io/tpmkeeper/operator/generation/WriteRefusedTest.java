package io.tpmkeeper.operator.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tpmkeeper.protocol.operator.NotWritten;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which failures somebody has to mend, and how often it is tried meanwhile. */
class WriteRefusedTest {
    private static final Secret SECRET = new SecretBuilder()
            .withNewMetadata()
            .withNamespace("vms")
            .withName("vm-g3-9f3c")
            .endMetadata()
            .build();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            403 | secrets "vm-g3-9f3c" is forbidden: exceeded quota: few | true
            403 | secrets is forbidden: User "operator" cannot create resource "secrets" | true
            422 | Secret "vm-g3-9f3c" is invalid: data: Too long | true
            413 | Request entity too large | true
            400 | admission webhook "no.example.org" denied the request | true
            500 | Internal error occurred: failed calling webhook "no.example.org": connection refused | true
            409 | secrets "vm-g3-9f3c" already exists | false
            409 | Operation cannot be fulfilled on resourcequotas "few": the object has been modified | false
            401 | Unauthorized | false
            429 | Too many requests | false
            500 | etcdserver: request timed out | false
            503 | the server is currently unable to handle the request | false
            """)
    void whatSomebodyHasToMendIsTold(int code, String message, boolean refused) {
        var failure = new KubernetesClientException(
                message, code, new StatusBuilder().withMessage(message).build());

        RuntimeException told = WriteRefusedException.of(SECRET, "vm-g3", failure);

        if (refused) {
            assertThat(told)
                    .isInstanceOfSatisfying(
                            WriteRefusedException.class,
                            e -> assertThat(e.refused())
                                    .isEqualTo(new NotWritten("vms/vm-g3", message.replace("vm-g3-9f3c", "vm-g3"))));
        } else {
            assertThat(told).isSameAs(failure);
        }
    }

    @Test
    void aServerThatIsAwayRefusesNothing() {
        var failure = new KubernetesClientException("away", new IOException("connection refused"));

        assertThat(WriteRefusedException.of(SECRET, "vm-g3", failure)).isSameAs(failure);
    }

    @Test
    void eachRefusalDoublesThePauseUpToALimitAndSuccessForgetsIt() {
        Unwritten unwritten = new Unwritten();
        NotWritten why = new NotWritten("vms/vm-g3", "exceeded quota");

        assertThat(Stream.generate(() -> unwritten.note("d", why)).limit(7).map(Duration::toSeconds))
                .containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
        assertThat(unwritten.of("d")).contains(why);
        assertThat(unwritten.of("another")).isEmpty();

        unwritten.forget("d");
        assertThat(unwritten.of("d")).isEmpty();
        assertThat(unwritten.note("d", why)).isEqualTo(Duration.ofSeconds(1));
    }
}
