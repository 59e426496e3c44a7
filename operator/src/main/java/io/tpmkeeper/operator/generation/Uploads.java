package io.tpmkeeper.operator.generation;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.api.Marks;
import io.tpmkeeper.bundle.BundleReader;
import io.tpmkeeper.bundle.Checked;
import io.tpmkeeper.bundle.Manifest;
import io.tpmkeeper.bundle.ManifestJson;
import io.tpmkeeper.bundle.Refusal;
import io.tpmkeeper.bundle.Source;
import io.tpmkeeper.protocol.operator.Upload;
import io.tpmkeeper.protocol.operator.Upload.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The inbox: captures that agents sent. Each is verified whole before anything is done with it. */
public final class Uploads {
    private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

    private final KubernetesClient client;
    private final String namespace;
    private final BundleReader reader = new BundleReader();
    private final ManifestJson manifests = new ManifestJson();

    /** @param namespace of the agents */
    public Uploads(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /** Reads and verifies every upload of the domain. */
    public List<Upload> of(String domainUuid) {
        List<Upload> uploads = new ArrayList<>();
        for (Secret secret : client.secrets()
                .inNamespace(namespace)
                .withLabel(Marks.DOMAIN, domainUuid)
                .withLabel(Marks.KIND, Marks.KIND_INBOX)
                .list()
                .getItems()) {
            read(secret, domainUuid).ifPresent(uploads::add);
        }
        return uploads;
    }

    public void delete(String name) {
        client.secrets().inNamespace(namespace).withName(name).delete();
    }

    /** Empty: not even its manifest can be read, so nothing can be said of it; it stays, named in the log. */
    private Optional<Upload> read(Secret secret, String domainUuid) {
        ObjectMeta meta = secret.getMetadata();
        Map<String, byte[]> data = SecretData.of(secret);
        byte[] manifestBytes = data.get(ManifestJson.NAME);
        Checked<Manifest> manifest = manifestBytes == null
                ? new Checked.Refused<>(new Refusal(
                        io.tpmkeeper.bundle.Reason.MANIFEST_MISSING, "There is no " + ManifestJson.NAME + "."))
                : manifests.read(manifestBytes);
        return switch (manifest) {
            case Checked.Refused<Manifest>(Refusal refusal) -> {
                LOG.atError()
                        .addKeyValue("secret", meta.getName())
                        .addKeyValue("domain", domainUuid)
                        .addKeyValue("reason", refusal.reason())
                        .log("upload refused: {}", refusal.message());
                yield Optional.empty();
            }
            case Checked.Accepted<Manifest>(Manifest said) ->
                Optional.of(upload(meta, said, verdict(data, domainUuid, meta, said)));
        };
    }

    private Verdict verdict(Map<String, byte[]> data, String domainUuid, ObjectMeta meta, Manifest said) {
        String sender = meta.getLabels().get(Marks.NODE);
        if (!said.node().equals(sender)) {
            return new Verdict.Refused(
                    "NodeMismatch",
                    "The manifest says node %s, the upload came from %s.".formatted(said.node(), sender));
        }
        return switch (reader.verify(data, Map.of(), UUID.fromString(domainUuid))) {
            case Checked.Refused<BundleReader.VerifiedBundle>(Refusal refusal) ->
                new Verdict.Refused(refusal.reason().text(), refusal.message());
            case Checked.Accepted<BundleReader.VerifiedBundle> ignored -> new Verdict.Verified();
        };
    }

    private static Upload upload(ObjectMeta meta, Manifest said, Verdict verdict) {
        Map<String, String> annotations = meta.getAnnotations() == null ? Map.of() : meta.getAnnotations();
        return new Upload(
                meta.getName(),
                said.node(),
                said.hostId(),
                said.recordUid(),
                said.version(),
                said.digest(),
                "true".equals(annotations.get(Marks.ONLINE)),
                said.complete(),
                said.trigger(),
                source(said),
                said.capturedAt().toString(),
                verdict);
    }

    private static String source(Manifest said) {
        Set<Source> sources =
                said.files().stream().map(Manifest.StoredFile::source).collect(Collectors.toSet());
        return sources.size() == 1 ? sources.iterator().next().text() : "Mixed";
    }
}
