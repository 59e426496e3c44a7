package io.tpmkeeper.bundle;

import static io.tpmkeeper.bundle.Fixtures.accepted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/generation-format.md} says what the code does. */
class GenerationFormatPageTest {
    private static final List<String> KEYS = List.of("manifest.json", "tpm.tar.zst", "nvram.tar.zst");

    private final String page = read(Path.of("../docs/generation-format.md"));

    @Test
    void generationOfThePageVerifiesForEver() {
        BundleReader.VerifiedBundle verified = accepted(new BundleReader().verify(vector(), Map.of(), Fixtures.DOMAIN));

        assertThat(verified.contents().get(FileKind.TPM)).isEqualTo(Fixtures.permall());
        assertThat(verified.contents().get(FileKind.NVRAM)).isEqualTo(Fixtures.vars("4m"));
    }

    @Test
    void todaysManifestOfTheSameCaptureIsThePages() {
        assertThat(Fixtures.bundle().toSecretData().get("manifest.json")).isEqualTo(vector().get("manifest.json"));
    }

    @Test
    void pageShowsTheVectors() {
        assertThat(page).contains(new String(vector().get("manifest.json"), StandardCharsets.UTF_8));
        vector().forEach((key, bytes) -> assertThat(page)
                .contains("| `" + key + "` | " + bytes.length + " | `" + StateDigest.sha256(bytes) + "` |"));
        assertThat(StateDigestTest.vectors())
                .allSatisfy(line -> assertThat(page).contains(line + "\n"));
    }

    @Test
    void pageNamesExactlyTheReasonsThatThereAre() {
        String refusals = page.substring(page.indexOf("## Refusals"));
        List<String> named = Pattern.compile("^\\| `(\\w+)` \\| .+ \\|$", Pattern.MULTILINE)
                .matcher(refusals)
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(named)
                .containsExactlyElementsOf(
                        Arrays.stream(Reason.values()).map(Reason::text).toList());
    }

    /** All but kubectl is real; in its place stands a script that answers with the vector's keys. */
    @Test
    void commandsOfThePageGiveTheFilesBack(@TempDir Path directory) throws IOException, InterruptedException {
        assumeTrue(Tools.installed("sh", "base64", "zstd", "tar", "sha256sum", "stat"));
        Path bin = Files.createDirectory(directory.resolve("bin"));
        for (Map.Entry<String, byte[]> entry : vector().entrySet()) {
            Files.write(bin.resolve(entry.getKey()), entry.getValue());
        }
        Path kubectl = Files.writeString(bin.resolve("kubectl"), """
                #!/bin/sh
                for path; do :; done
                key=$(printf %s "$path" | sed 's/^jsonpath={.data.//; s/}$//' | tr -d '\\134')
                base64 "$(dirname "$0")/$key"
                """);
        Files.setPosixFilePermissions(kubectl, PosixFilePermissions.fromString("rwx------"));
        Matcher block = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL).matcher(page);
        assertThat(block.find()).isTrue();

        String output = Tools.run(directory, "sh", "-ec", "PATH=" + bin + ":$PATH\n" + block.group(1));

        assertThat(Files.readAllBytes(directory.resolve("tpm2/tpm2-00.permall")))
                .isEqualTo(Fixtures.permall());
        assertThat(Files.readAllBytes(directory.resolve("vars"))).isEqualTo(Fixtures.vars("4m"));
        assertThat(output).endsWith("\n" + Fixtures.bundle().manifest().digest().hex() + "\n");
    }

    private static Map<String, byte[]> vector() {
        Map<String, byte[]> data = new LinkedHashMap<>();
        KEYS.forEach(key -> data.put(key, Fixtures.resource("generation-vector/" + key)));
        return data;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
