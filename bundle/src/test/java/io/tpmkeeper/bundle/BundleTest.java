package io.tpmkeeper.bundle;

import static io.tpmkeeper.bundle.Fixtures.accepted;
import static io.tpmkeeper.bundle.Fixtures.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BundleTest {
    private final BundleReader reader = new BundleReader();

    @Test
    void whatIsPackedVerifiesAndHoldsTheSameBytes() {
        BundleReader.VerifiedBundle verified =
                accepted(reader.verify(Fixtures.bundle().toSecretData(), Map.of(), Fixtures.DOMAIN));

        assertThat(verified.contents().get(FileKind.TPM)).isEqualTo(Fixtures.permall());
        assertThat(verified.contents().get(FileKind.NVRAM)).isEqualTo(Fixtures.vars("4m"));
        assertThat(verified.bundle().manifest()).isEqualTo(Fixtures.bundle().manifest());
        assertThat(verified.bundle().manifest().digest()).isEqualTo(StateDigest.of(verified.contents()));
    }

    @Test
    void packingTwiceGivesEqualBytes() {
        Map<String, byte[]> first = Fixtures.bundle().toSecretData();
        Map<String, byte[]> second = Fixtures.bundle().toSecretData();

        assertThat(first.keySet()).containsExactly("manifest.json", "tpm.tar.zst", "nvram.tar.zst");
        first.forEach((key, bytes) -> assertThat(second.get(key)).as(key).isEqualTo(bytes));
    }

    @Test
    void largestPaddedStoreFitsItsSecret() {
        byte[] padded = Arrays.copyOf(Fixtures.vars("4m-ms"), FileKind.NVRAM.maxBytes());

        Bundle bundle = accepted(new BundleWriter().pack(Fixtures.capture(Fixtures.permall(), padded)));

        assertThat(bundle.bytes()).isLessThan(20_000);
    }

    @Test
    void kindThatDidNotChangeIsReadFromTheSecretThatHoldsIt() {
        Bundle whole = Fixtures.bundle();
        Bundle referring = whole.withArchiveIn(FileKind.NVRAM, "win11-01-g40-9f3c");
        Map<FileKind, byte[]> referred = Map.of(FileKind.NVRAM, whole.archives().get(FileKind.NVRAM));

        assertThat(referring.toSecretData()).doesNotContainKey("nvram.tar.zst");
        BundleReader.VerifiedBundle verified =
                accepted(reader.verify(referring.toSecretData(), referred, Fixtures.DOMAIN));
        assertThat(verified.contents().get(FileKind.NVRAM)).isEqualTo(Fixtures.vars("4m"));
        assertThat(verified.bundle().manifest().digest())
                .isEqualTo(whole.manifest().digest());
    }

    @Test
    void whatIsPutTogetherFromTwoSecretsIsWhatWasPacked() {
        Bundle whole = Fixtures.bundle();
        Bundle referring = whole.withArchiveIn(FileKind.NVRAM, "win11-01-g40-9f3c");
        Map<FileKind, byte[]> referred = Map.of(FileKind.NVRAM, whole.archives().get(FileKind.NVRAM));

        Map<String, byte[]> together = referring.whole(referred).toSecretData();

        assertThat(together.keySet()).isEqualTo(whole.toSecretData().keySet());
        whole.toSecretData()
                .forEach((key, bytes) -> assertThat(together.get(key)).as(key).isEqualTo(bytes));
    }

    @Test
    void kindsAreTheProtocolsOneToOne() {
        assertThat(Kind.values()).extracting(FileKind::of).containsExactly(FileKind.values());
        assertThat(FileKind.values()).extracting(FileKind::kind).containsExactly(Kind.values());
    }

    @Test
    void changedContentInTheReferredSecretIsRefused() {
        Bundle referring = Fixtures.bundle().withArchiveIn(FileKind.NVRAM, "win11-01-g40-9f3c");
        Map<FileKind, byte[]> referred =
                Map.of(FileKind.NVRAM, KindArchive.pack(FileKind.NVRAM, Fixtures.vars("4m-ms")));

        assertThat(refused(reader.verify(referring.toSecretData(), referred, Fixtures.DOMAIN))
                        .reason())
                .isEqualTo(Reason.SHA256_MISMATCH);
    }

    @Test
    void domainWithoutNvramIsCompleteWithoutIt() {
        Capture both = Fixtures.capture(Fixtures.permall(), Fixtures.vars("4m"));
        Capture tpmOnly = new Capture(
                both.domain(),
                both.recordUid(),
                both.version(),
                both.trigger(),
                both.how(),
                both.node(),
                both.hostId(),
                both.capturedAt(),
                both.software(),
                both.firmware(),
                Set.of(FileKind.TPM),
                List.of(both.files().get(1)));

        assertThat(accepted(new BundleWriter().pack(tpmOnly)).toSecretData().keySet())
                .containsExactly("manifest.json", "tpm.tar.zst");
    }

    @Test
    void fieldsOfLaterVersionsThatNobodyRequiresAreIgnored() {
        String json = new String(Fixtures.bundle().toSecretData().get(ManifestJson.NAME), StandardCharsets.UTF_8);
        String later = json.replaceFirst("\\{", "{\"later\":{\"a\":1},\"requires\":[],");

        assertThat(accepted(new ManifestJson().read(later.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(Fixtures.bundle().manifest());
    }

    @Test
    void manifestWrittenAgainIsTheSameBytes() {
        ManifestJson json = new ManifestJson();
        byte[] written = json.write(Fixtures.bundle().manifest());

        assertThat(json.write(accepted(json.read(written)))).isEqualTo(written);
    }

    @Test
    void optionalFieldsMayBeMissing() {
        ManifestJson json = new ManifestJson();
        String text = new String(json.write(Fixtures.bundle().manifest()), StandardCharsets.UTF_8)
                .replaceFirst("\"how\":\"shutdown\",", "")
                .replaceFirst("\"software\":\\{[^}]*\\},", "")
                .replaceFirst("\"firmware\":\\{[^}]*\\},", "");

        Manifest manifest = accepted(json.read(text.getBytes(StandardCharsets.UTF_8)));

        assertThat(manifest.how()).isEmpty();
        assertThat(manifest.software()).isEmpty();
        assertThat(manifest.firmware()).isEmpty();
    }
}
