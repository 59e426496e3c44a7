package io.tpmkeeper.charts;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChartCopiesTest {
    @Test
    void theChartHasTheProjectsCrds() throws IOException {
        assertThat(yaml(Chart.DIRECTORY.resolve("files/crds")))
                .as("charts/generate copies them")
                .isEqualTo(yaml(Chart.CLONE.resolve("crds")))
                .isNotEmpty();
    }

    @Test
    void theValuesSchemaKnowsAVmTpmClassAsItsCrdDoes() throws IOException {
        JsonNode crd = read("crds/tpmkeeper.io_vmtpmclasses.yaml")
                .at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");
        JsonNode values = read("charts/tpm-keeper/values.schema.json").at("/properties/defaultClass/properties/spec");

        assertThat(fields("", values)).isEqualTo(fields("", crd)).containsKey("/retention/keepLast");
    }

    @Test
    void theDefaultClassIsTheBuiltInPolicy() throws IOException {
        // That the example is the built-in policy has a test of its own, beside the CRDs.
        JsonNode example = read("docs/examples/vmtpmclass.yaml").path("spec");
        JsonNode shipped = read("charts/tpm-keeper/values.yaml").at("/defaultClass/spec");

        assertThat(shipped.propertyStream())
                .isNotEmpty()
                .allSatisfy(field -> assertThat(field.getValue()).isEqualTo(example.path(field.getKey())));
        assertThat(example.propertyStream().filter(field -> !shipped.has(field.getKey())))
                .allSatisfy(field -> assertThat(field.getValue().toString()).isIn("{}", "{\"namespaces\":[]}"));
    }

    /** Each field's path, and the words that it may have; a selector's inside is Kubernetes' own. */
    private static Map<String, String> fields(String path, JsonNode schema) {
        Map<String, String> all = new TreeMap<>();
        schema.path("properties").propertyStream().forEach(field -> {
            String name = path + "/" + field.getKey();
            JsonNode words = field.getValue().has("items")
                    ? field.getValue().at("/items/enum")
                    : field.getValue().path("enum");
            all.put(name, words.toString());
            if (!name.equals("/allowedNodes")) {
                all.putAll(fields(name, field.getValue()));
            }
        });
        return all;
    }

    /** YAML, and so JSON, too. */
    private static JsonNode read(String file) throws IOException {
        return Serialization.yamlMapper().readTree(Chart.CLONE.resolve(file).toFile());
    }

    private static Map<String, String> yaml(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.toString().endsWith(".yaml"))
                    .collect(toMap(f -> String.valueOf(f.getFileName()), Chart::text));
        }
    }
}
