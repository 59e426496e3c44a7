package io.tpmkeeper.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HealthServerTest {
    @Test
    void each_question_has_its_own_answer_at_the_moment_of_asking() throws Exception {
        AtomicBoolean alive = new AtomicBoolean(true);
        AtomicBoolean ready = new AtomicBoolean();
        try (HealthServer server = HealthServer.start(0, alive::get, ready::get)) {
            assertThat(ask(server, "/livez")).isEqualTo("200 ok\n");
            assertThat(ask(server, "/readyz")).isEqualTo("503 no\n");

            ready.set(true);
            alive.set(false);

            assertThat(ask(server, "/livez")).isEqualTo("503 no\n");
            assertThat(ask(server, "/readyz")).isEqualTo("200 ok\n");
            assertThat(ask(server, "/livez/more")).isEqualTo("404 not found\n");
        }
    }

    private static String ask(HealthServer server, String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
                            .build(),
                    BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        }
    }
}
