package io.tpmkeeper.bundle;

import static io.tpmkeeper.bundle.Fixtures.accepted;
import static org.assertj.core.api.Assertions.assertThat;

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

    private static final String NAMED_BY_THE_PAGE = "win11-01-g41-9f3c";
    private static final String HOLDS_NVRAM = "win11-01-g40-9f3c";

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

    @Test
    void referringGenerationOfThePageVerifiesForEver() {
        Map<String, byte[]> data = referring();
        Map<FileKind, byte[]> referred = Map.of(FileKind.NVRAM, vector().get("nvram.tar.zst"));

        BundleReader.VerifiedBundle verified = accepted(new BundleReader().verify(data, referred, Fixtures.DOMAIN));

        assertThat(verified.bundle().manifest())
                .isEqualTo(Fixtures.bundle().manifest().withArchiveIn(FileKind.NVRAM, HOLDS_NVRAM));
        assertThat(verified.contents().get(FileKind.NVRAM)).isEqualTo(Fixtures.vars("4m"));
        byte[] manifest = Fixtures.resource("generation-vector-referring/manifest.json");
        assertThat(page)
                .contains("| `manifest.json` | " + manifest.length + " | `" + StateDigest.sha256(manifest) + "` |");
    }

    @Test
    void commandsOfThePageGiveTheFilesBack(@TempDir Path directory) throws IOException, InterruptedException {
        commandsGiveTheFilesBack(directory, Map.of(NAMED_BY_THE_PAGE, vector()));
    }

    @Test
    void commandsOfThePageLookWhereTheManifestSays(@TempDir Path directory) throws IOException, InterruptedException {
        commandsGiveTheFilesBack(directory, Map.of(NAMED_BY_THE_PAGE, referring(), HOLDS_NVRAM, vector()));
    }

    /** All but kubectl is real; in its place stands a script that answers with what these Secrets hold. */
    private void commandsGiveTheFilesBack(Path directory, Map<String, Map<String, byte[]>> secrets)
            throws IOException, InterruptedException {
        Path bin = Files.createDirectory(directory.resolve("bin"));
        for (Map.Entry<String, Map<String, byte[]>> secret : secrets.entrySet()) {
            Path data = Files.createDirectory(bin.resolve(secret.getKey()));
            for (Map.Entry<String, byte[]> entry : secret.getValue().entrySet()) {
                Files.write(data.resolve(entry.getKey()), entry.getValue());
            }
        }
        Path kubectl = Files.writeString(bin.resolve("kubectl"), """
                #!/bin/sh
                key=$(printf %s "$7" | sed 's/^jsonpath={.data.//; s/}$//' | tr -d '\134')
                file="$(dirname "$0")/$5/$key"
                test ! -f "$file" || base64 "$file"
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

    private static Map<String, byte[]> referring() {
        return Map.of(
                "manifest.json",
                Fixtures.resource("generation-vector-referring/manifest.json"),
                "tpm.tar.zst",
                Fixtures.resource("generation-vector/tpm.tar.zst"));
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
