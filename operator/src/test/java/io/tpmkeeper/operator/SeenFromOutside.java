package io.tpmkeeper.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tpmkeeper.testbed.ControlPlane;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What others see of a VmTpmState: a person who runs kubectl, tools that use kstatus (its own library, testbed/outside), and
 * Argo CD with the script that we ship, in Argo CD's engine.
 *
 * @param columns of {@code kubectl get vmtpmstates}, by their heads
 * @param conditions status and reason, by their types
 * @param decision what a person is asked, with the options; empty: nothing
 */
record SeenFromOutside(
        Map<String, String> columns, Map<String, String> conditions, String decision, String kstatus, String argocd) {
    private static final Path SCRIPT = Path.of("../docs/examples/argocd-health.lua");
    private static final ObjectMapper JSON = new ObjectMapper();

    static SeenFromOutside look(ControlPlane cluster, String namespace, String name) {
        String table = cluster.kubectl("get", "vmtpmstates", name, "-n", namespace)
                .orThrow()
                .stdout();
        String object = cluster.kubectl("get", "vmtpmstate", name, "-n", namespace, "-o", "json")
                .orThrow()
                .stdout();
        try {
            JsonNode verdict = JSON.readTree(outside(object));
            return new SeenFromOutside(
                    columns(table),
                    conditions(JSON.readTree(object)),
                    decision(JSON.readTree(object).path("status").path("pendingDecision")),
                    verdict.path("kstatus").path("status").asText(),
                    verdict.path("argocd").path("status").asText());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String outside(String object) throws IOException {
        String tool =
                Objects.requireNonNull(System.getenv("TPM_KEEPER_OUTSIDE"), "not in an enclosure: run make test-api");
        Process process = new ProcessBuilder(tool, SCRIPT.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var stdin = process.outputWriter(StandardCharsets.UTF_8)) {
            stdin.write(object);
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** A cell may be empty, so cells are cut where their heads begin. An age is not compared. */
    private static Map<String, String> columns(String table) {
        List<String> lines = table.lines().toList();
        Map<String, String> cells = new java.util.LinkedHashMap<>();
        Matcher head = Pattern.compile("(\\S+)\\s*").matcher(lines.getFirst());
        String row = lines.getLast();
        while (head.find()) {
            int end = head.end() == lines.getFirst().length() ? row.length() : head.end();
            String cell = row.substring(Math.min(head.start(), row.length()), Math.min(end, row.length()))
                    .strip();
            boolean age = head.group(1).equals("SAVED") && cell.matches("[0-9hms]+");
            cells.put(head.group(1), age ? "(age)" : cell);
        }
        return cells;
    }

    private static Map<String, String> conditions(JsonNode object) {
        Map<String, String> all = new TreeMap<>();
        object.path("status")
                .path("conditions")
                .forEach(c -> all.put(
                        c.path("type").asText(),
                        c.path("status").asText() + " " + c.path("reason").asText()));
        return all;
    }

    /** Epochs, ids and times are of the day. */
    private static String decision(JsonNode asked) {
        if (asked.isMissingNode()) {
            return "";
        }
        StringBuilder all = new StringBuilder(
                "decision: %s\n".formatted(asked.path("reason").asText()));
        asked.path("options")
                .forEach(o -> all.append("  %s: %s\n"
                        .formatted(
                                o.path("of").asText().replaceFirst("/[0-9]+/([0-9]+)/.*", "/(epoch)/$1/(id)"),
                                o.path("message")
                                        .asText()
                                        .replaceAll("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", "(time)"))));
        return all.toString();
    }

    /** As it stands in a row's file. */
    String text(String situation) {
        List<String> heads = new ArrayList<>();
        List<String> cells = new ArrayList<>();
        columns.forEach((head, cell) -> {
            int width = Math.max(head.length(), cell.length());
            heads.add(head + " ".repeat(width - head.length()));
            cells.add(cell + " ".repeat(width - cell.length()));
        });
        return """
                situation: %s
                kubectl: |
                  %s
                  %s
                conditions:
                %s
                %skstatus: %s
                argocd: %s
                """.formatted(
                        situation,
                        String.join("   ", heads).strip(),
                        String.join("   ", cells).strip(),
                        conditions.entrySet().stream()
                                .map(c -> "  %s: %s".formatted(c.getKey(), c.getValue()))
                                .collect(Collectors.joining("\n")),
                        decision,
                        kstatus,
                        argocd);
    }
}
