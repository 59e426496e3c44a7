package io.tpmkeeper.operator.generation;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.api.Marks;
import io.tpmkeeper.bundle.BundleReader;
import io.tpmkeeper.bundle.Checked;
import io.tpmkeeper.bundle.Manifest;
import io.tpmkeeper.bundle.ManifestJson;
import io.tpmkeeper.bundle.Reason;
import io.tpmkeeper.bundle.Refusal;
import io.tpmkeeper.bundle.Source;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Kind;
import io.tpmkeeper.protocol.operator.Upload;
import io.tpmkeeper.protocol.operator.Upload.Verdict;
import io.tpmkeeper.protocol.operator.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** The inbox: captures that agents sent. Each is verified whole before anything is done with it. */
public final class Uploads {
    private final KubernetesClient client;
    private final String namespace;
    private final BundleReader reader = new BundleReader();
    private final ManifestJson manifests = new ManifestJson();

    /** @param namespace of the agents */
    public Uploads(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /**
     * What lies in the inbox: captures, verified or refused, and what is none.
     *
     * @param sent the very Secrets that were verified, by name: what is kept of them is what was looked at, and nothing that took
     *     their place since
     */
    public record Inbox(List<Upload> uploads, List<World.Unreadable> unreadable, Map<String, Secret> sent) {}

    /** Verifies every upload of the domain. */
    Inbox verified(String domainUuid, List<Secret> inbox) {
        List<Upload> uploads = new ArrayList<>();
        List<World.Unreadable> unreadable = new ArrayList<>();
        Map<String, Secret> sent = new HashMap<>();
        for (Secret secret : inbox) {
            Map<String, byte[]> data = SecretData.of(secret);
            switch (manifest(data)) {
                case Checked.Refused<Manifest>(Refusal refusal) ->
                    unreadable.add(new World.Unreadable(
                            secret.getMetadata().getName(), refusal.reason().text(), refusal.message()));
                case Checked.Accepted<Manifest>(Manifest said) -> {
                    uploads.add(
                            upload(secret.getMetadata(), said, verdict(data, domainUuid, secret.getMetadata(), said)));
                    sent.put(secret.getMetadata().getName(), secret);
                }
            }
        }
        return new Inbox(uploads, unreadable, sent);
    }

    public void delete(String name) {
        client.secrets().inNamespace(namespace).withName(name).delete();
    }

    private Checked<Manifest> manifest(Map<String, byte[]> data) {
        byte[] bytes = data.get(ManifestJson.NAME);
        return bytes == null
                ? new Checked.Refused<>(new Refusal(Reason.MANIFEST_MISSING, "There is no " + ManifestJson.NAME + "."))
                : manifests.read(bytes);
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
                files(said),
                verdict);
    }

    private static SortedMap<Kind, Digest> files(Manifest said) {
        SortedMap<Kind, Digest> files = new TreeMap<>();
        said.files().forEach(f -> files.put(f.kind().kind(), new Digest(f.sha256())));
        return files;
    }

    private static String source(Manifest said) {
        Set<Source> sources =
                said.files().stream().map(Manifest.StoredFile::source).collect(Collectors.toSet());
        return sources.size() == 1 ? sources.iterator().next().text() : "Mixed";
    }
}
