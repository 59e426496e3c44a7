package io.tpmkeeper.operator.record;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Gives prepared answers and writes down what it was asked, for tests of which calls are made and in which order. What an API server
 * really says is shown on a real one.
 */
final class ScriptedApi implements AutoCloseable {
    static final String OURS = "/apis/tpmkeeper.io/v1alpha1/";
    private static final Answer NOT_FOUND = new Answer(404, """
            {"apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404}""");

    private record Answer(int code, String body) {}

    private final HttpServer server;
    private final KubernetesClient client;
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    /** In its order: method and path of each call, and what a test adds. */
    final List<String> story = new CopyOnWriteArrayList<>();

    ScriptedApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    KubernetesClient client() {
        return client;
    }

    /** Answers a call so; of several answers to the same call each is given once, and the last one from then on. */
    ScriptedApi answering(String call, int code, String json) {
        answers.computeIfAbsent(call, c -> new ArrayDeque<>()).add(new Answer(code, json));
        return this;
    }

    ScriptedApi answering(String call, String json) {
        return answering(call, 200, json);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String call =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        story.add(call);
        Deque<Answer> prepared = answers.getOrDefault(call, new ArrayDeque<>(List.of(NOT_FOUND)));
        Answer answer = prepared.size() > 1 ? prepared.remove() : prepared.element();
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(answer.code(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        client.close();
        server.stop(0);
    }
}
