package io.tpmkeeper.operator.generation;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.bundle.Bundle;
import io.tpmkeeper.bundle.BundleReader;
import io.tpmkeeper.bundle.Checked;
import io.tpmkeeper.bundle.FileKind;
import io.tpmkeeper.bundle.KindArchive;
import io.tpmkeeper.bundle.Manifest;
import io.tpmkeeper.bundle.ManifestJson;
import io.tpmkeeper.bundle.Reason;
import io.tpmkeeper.bundle.Refusal;
import io.tpmkeeper.bundle.StateDigest;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.operator.Generation;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The content of a generation put together from its own Secret and those that it refers to, and verified: a Secret can be replaced
 * by hand, immutable or not.
 */
final class WholeContent {
    private static final int CONFLICT = 409;

    private final KubernetesClient client;
    private final BundleReader reader = new BundleReader();
    private final ManifestJson manifests = new ManifestJson();

    WholeContent(KubernetesClient client) {
        this.client = client;
    }

    /** A Secret with what it was verified to be. @param whole all archives beside the manifest */
    record Read(Secret secret, Bundle whole) {}

    /** @throws ContentRefusedException if it is not what was saved, or what it refers to is not */
    Read of(Generation generation, UUID domain) {
        Secret secret = there(generation.namespace(), generation.secret());
        return new Read(secret, verified(secret, SecretData.of(secret), domain, generation.digest(), Map.of()));
    }

    /**
     * The same bundle without what other generations hold, verified together with that.
     *
     * @param elsewhere the Secrets in the namespace that hold a kind already. Each must bear the finalizer: else it could go at
     *     any moment
     * @throws ContentRefusedException if one of them does not hold it
     */
    Bundle without(Secret sent, Bundle bundle, Map<FileKind, String> elsewhere, String namespace) {
        Bundle referring = bundle;
        Map<FileKind, Secret> holders = new EnumMap<>(FileKind.class);
        for (Map.Entry<FileKind, String> kind : elsewhere.entrySet()) {
            Secret holder = there(namespace, kind.getValue());
            boolean held = holder.getMetadata().getFinalizers().contains(ApiGroup.GENERATION_FINALIZER)
                    && holder.getMetadata().getDeletionTimestamp() == null;
            if (!held) {
                throw conflict(namespace, kind.getValue(), "is not held by a finalizer");
            }
            holders.put(kind.getKey(), holder);
            referring = referring.withArchiveIn(kind.getKey(), kind.getValue());
        }
        verified(
                sent,
                referring.toSecretData(),
                bundle.manifest().domain(),
                bundle.manifest().digest(),
                holders);
        return referring;
    }

    /** @param known Secrets that were read already, by the kind that they hold */
    private Bundle verified(
            Secret secret, Map<String, byte[]> data, UUID domain, Digest digest, Map<FileKind, Secret> known) {
        Map<FileKind, Secret> holders = new EnumMap<>(FileKind.class);
        holders.putAll(known);
        Optional<Manifest> manifest = manifest(data);
        manifest.ifPresent(m -> m.files()
                .forEach(f -> f.secret()
                        .ifPresent(name -> holders.computeIfAbsent(
                                f.kind(), k -> there(secret.getMetadata().getNamespace(), name)))));
        Map<FileKind, byte[]> referred = new EnumMap<>(FileKind.class);
        holders.forEach(
                (kind, holder) -> Optional.ofNullable(SecretData.of(holder).get(kind.archiveName()))
                        .ifPresent(archive -> referred.put(kind, archive)));
        return switch (reader.verify(data, referred, domain)) {
            case Checked.Accepted<BundleReader.VerifiedBundle>(BundleReader.VerifiedBundle whole)
            when whole.bundle().manifest().digest().equals(digest) ->
                whole.bundle().whole(referred);
            case Checked.Accepted<BundleReader.VerifiedBundle> ignored ->
                throw new ContentRefusedException(
                        secret,
                        new Refusal(
                                Reason.DIGEST_MISMATCH, "It holds another state than the one that was saved there."));
            case Checked.Refused<BundleReader.VerifiedBundle>(Refusal refusal) ->
                throw new ContentRefusedException(
                        manifest.filter(m -> m.digest().equals(digest)
                                        && m.digestOfFiles().equals(digest))
                                .flatMap(m -> other(m, holders, referred))
                                .orElse(secret),
                        refusal);
        };
    }

    private Optional<Manifest> manifest(Map<String, byte[]> data) {
        byte[] bytes = data.get(ManifestJson.NAME);
        return bytes != null && manifests.read(bytes) instanceof Checked.Accepted<Manifest>(Manifest manifest)
                ? Optional.of(manifest)
                : Optional.empty();
    }

    /** The one to blame, if that is one that is referred to. What the manifest says of its files is right, by the state's name. */
    private static Optional<Secret> other(
            Manifest manifest, Map<FileKind, Secret> holders, Map<FileKind, byte[]> referred) {
        return holders.entrySet().stream()
                .filter(h -> !isWhatItSays(manifest, h.getKey(), referred))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static boolean isWhatItSays(Manifest manifest, FileKind kind, Map<FileKind, byte[]> referred) {
        byte[] archive = referred.get(kind);
        return archive != null
                && KindArchive.unpack(kind, archive) instanceof Checked.Accepted<byte[]>(byte[] content)
                && manifest.file(kind)
                        .filter(f -> f.sha256().equals(StateDigest.sha256(content)))
                        .isPresent();
    }

    private Secret there(String namespace, String name) {
        Secret secret = client.secrets().inNamespace(namespace).withName(name).get();
        if (secret == null) {
            throw conflict(namespace, name, "has gone");
        }
        return secret;
    }

    /** The world is not as it was observed. */
    static KubernetesClientException conflict(String namespace, String name, String what) {
        return new KubernetesClientException(
                "The generation %s/%s %s.".formatted(namespace, name, what), CONFLICT, null);
    }
}
