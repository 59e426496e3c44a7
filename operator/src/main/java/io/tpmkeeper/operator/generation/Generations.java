package io.tpmkeeper.operator.generation;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.api.Marks;
import io.tpmkeeper.bundle.BundleReader;
import io.tpmkeeper.bundle.Checked;
import io.tpmkeeper.bundle.FileKind;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Kind;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import io.tpmkeeper.protocol.operator.Generation;
import io.tpmkeeper.protocol.operator.Step;
import io.tpmkeeper.protocol.operator.Upload;
import io.tpmkeeper.protocol.operator.World;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Generations: immutable Secrets beside the VmTpmState. Made by the operator only, and read back to be believed. */
public final class Generations {
    private static final Logger LOG = LoggerFactory.getLogger(Generations.class);

    private final KubernetesClient client;
    private final KubernetesClient metadata;
    private final WholeContent content;
    private final BundleReader reader = new BundleReader();
    /** Secrets whose content was refused. Only a memory: content is verified again wherever it is used. */
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    /** @param metadata a client that sees Secrets without their data */
    public Generations(KubernetesClient client, KubernetesClient metadata) {
        this.client = client;
        this.metadata = metadata;
        this.content = new WholeContent(client);
    }

    /**
     * What is kept of a domain.
     *
     * @param steps of the capture, as JSON, by the name of the generation's Secret; of one that says none, nothing
     */
    public record Kept(List<Generation> generations, Map<String, String> steps) {}

    /** Every generation of the domain in the namespace, read live, without content. */
    public Kept of(String domainUuid, String namespace) {
        List<Generation> found = new ArrayList<>();
        Map<String, String> steps = new HashMap<>();
        for (Secret secret : metadata.secrets()
                .inNamespace(namespace)
                .withLabel(Marks.DOMAIN, domainUuid)
                .withLabel(Marks.KIND, Marks.KIND_GENERATION)
                .list()
                .getItems()) {
            if (!refused.contains(secret.getMetadata().getUid())) {
                generation(secret.getMetadata()).ifPresent(g -> {
                    found.add(g);
                    Optional.ofNullable(secret.getMetadata().getAnnotations().get(Marks.STEPS))
                            .ifPresent(said -> steps.put(g.secret(), said));
                });
            }
        }
        return new Kept(found, steps);
    }

    /** From now on it counts as gone: what it should hold is asked for again where it still is. */
    public void distrust(ContentRefusedException refusal) {
        refused.add(refusal.secretUid());
    }

    /**
     * Makes a generation with an upload's content. Made twice, the second has another name and is pruned.
     *
     * @param sent the upload's Secret as it was verified
     * @throws WriteRefusedException if the API server does not take it
     */
    public void make(World world, Step.MakeGeneration make, Secret sent) {
        Upload upload = make.upload();
        Map<String, String> told = new LinkedHashMap<>();
        told.put(Marks.DIGEST, upload.digest().hex());
        told.put(Marks.EPOCH, Long.toString(upload.version().epoch()));
        told.put(Marks.SEQ, Long.toString(upload.version().seq()));
        told.put(Marks.TRIGGER, upload.trigger().word());
        told.put(Marks.NODE, upload.node());
        told.put(Marks.CAPTURED_AT, upload.capturedAt());
        if (upload.source() != null) {
            told.put(Marks.SOURCE, upload.source());
        }
        if (make.candidate()) {
            told.put(Marks.CANDIDATE, "true");
        }
        String steps = sent.getMetadata().getAnnotations().get(Marks.STEPS);
        if (steps != null) {
            told.put(Marks.STEPS, steps);
        }
        told.put(Marks.FILES, FilesMark.write(Generation.parts(upload.files(), make.elsewhere())));
        create(world, make.number(), told, make.elsewhere().isEmpty() ? sent.getData() : referring(world, make, sent));
    }

    /** The upload without what other generations hold already. */
    private Map<String, String> referring(World world, Step.MakeGeneration make, Secret sent) {
        Map<FileKind, String> elsewhere = new EnumMap<>(FileKind.class);
        make.elsewhere().forEach((kind, secret) -> elsewhere.put(FileKind.of(kind), secret));
        BundleReader.VerifiedBundle whole =
                switch (reader.verify(SecretData.of(sent), Map.of(), UUID.fromString(world.domainUuid()))) {
                    case Checked.Accepted<BundleReader.VerifiedBundle>(var verified) -> verified;
                    case Checked.Refused<BundleReader.VerifiedBundle>(var refusal) ->
                        throw new IllegalStateException("it was verified: " + refusal.reason());
                };
        return SecretData.encoded(content.without(sent, whole.bundle(), elsewhere, world.ownerNamespace())
                .toSecretData());
    }

    /**
     * Makes a generation with the whole content of another one.
     *
     * @throws ContentRefusedException if that is not what was saved
     * @throws WriteRefusedException if the API server does not take it
     */
    public void copy(World world, Generation of, long number) {
        WholeContent.Read from = content.of(of, UUID.fromString(world.domainUuid()));
        Map<String, String> told =
                new LinkedHashMap<>(from.secret().getMetadata().getAnnotations());
        Map<Kind, Digest> files = new TreeMap<>();
        from.whole().manifest().files().forEach(f -> files.put(f.kind().kind(), new Digest(f.sha256())));
        told.put(Marks.FILES, FilesMark.write(Generation.allHere(files)));
        create(world, number, told, SecretData.encoded(from.whole().toSecretData()));
    }

    /** Sets or takes the finalizer that keeps it from a deletion by hand. */
    public void keep(Generation generation, boolean keep) {
        Secret secret = client.secrets()
                .inNamespace(generation.namespace())
                .withName(generation.secret())
                .get();
        if (secret == null || (keep && secret.getMetadata().getDeletionTimestamp() != null)) {
            if (keep) {
                throw WholeContent.conflict(generation.namespace(), generation.secret(), "has gone");
            }
            return;
        }
        List<String> finalizers = new ArrayList<>(secret.getMetadata().getFinalizers());
        boolean changed = keep
                ? !finalizers.contains(ApiGroup.GENERATION_FINALIZER) && finalizers.add(ApiGroup.GENERATION_FINALIZER)
                : finalizers.remove(ApiGroup.GENERATION_FINALIZER);
        if (changed) {
            secret.getMetadata().setFinalizers(finalizers);
            client.resource(secret).lockResourceVersion().update();
        }
    }

    /** Writes on it that it is the newest. */
    public void markNewest(Generation generation, Version version) {
        Secret secret = client.secrets()
                .inNamespace(generation.namespace())
                .withName(generation.secret())
                .get();
        if (secret == null) {
            throw WholeContent.conflict(generation.namespace(), generation.secret(), "has gone");
        }
        Map<String, String> told = new LinkedHashMap<>(secret.getMetadata().getAnnotations());
        told.put(Marks.EPOCH, Long.toString(version.epoch()));
        told.put(Marks.SEQ, Long.toString(version.seq()));
        told.remove(Marks.CANDIDATE);
        secret.getMetadata().setAnnotations(told);
        client.resource(secret).lockResourceVersion().update();
    }

    /** Only as it was observed: meanwhile another leader may have come to need it, and have set the finalizer. */
    public void delete(Generation generation) {
        Secret secret = client.secrets()
                .inNamespace(generation.namespace())
                .withName(generation.secret())
                .get();
        if (secret == null) {
            return;
        }
        if (secret.getMetadata().getFinalizers().contains(ApiGroup.GENERATION_FINALIZER) != generation.kept()) {
            throw WholeContent.conflict(generation.namespace(), generation.secret(), "is not as it was observed");
        }
        client.secrets()
                .inNamespace(generation.namespace())
                .withName(generation.secret())
                .lockResourceVersion(secret.getMetadata().getResourceVersion())
                .delete();
    }

    private void create(World world, long number, Map<String, String> told, Map<String, String> data) {
        String name = world.generationName(number);
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withNamespace(world.ownerNamespace())
                .withName(name)
                .addToLabels(Marks.KIND, Marks.KIND_GENERATION)
                .addToLabels(Marks.DOMAIN, world.domainUuid())
                .addToLabels(Marks.GENERATION, Long.toString(number))
                .addToLabels(Marks.RECORD, world.recordUid())
                .addToLabels("app.kubernetes.io/managed-by", "tpm-keeper")
                .addToAnnotations(told)
                .addToFinalizers(ApiGroup.GENERATION_FINALIZER)
                .endMetadata()
                .withType(Marks.TYPE)
                .withImmutable(true)
                .withData(data)
                .build();
        try {
            client.resource(secret).create();
        } catch (KubernetesClientException e) {
            throw WriteRefusedException.of(secret, name.substring(0, name.lastIndexOf('-')), e);
        }
        LOG.atInfo()
                .addKeyValue("domain", world.domainUuid())
                .addKeyValue("generation", number)
                .addKeyValue("secret", world.ownerNamespace() + "/" + name)
                .log("made");
    }

    /** A Secret that somebody else labelled as a generation is none. */
    private static Optional<Generation> generation(ObjectMeta meta) {
        Map<String, String> told = meta.getAnnotations() == null ? Map.of() : meta.getAnnotations();
        try {
            return Optional.of(new Generation(
                    meta.getNamespace(),
                    meta.getName(),
                    meta.getLabels().getOrDefault(Marks.RECORD, ""),
                    Long.parseLong(meta.getLabels().getOrDefault(Marks.GENERATION, "")),
                    new Version(
                            Long.parseLong(told.getOrDefault(Marks.EPOCH, "")),
                            Long.parseLong(told.getOrDefault(Marks.SEQ, ""))),
                    new Digest(told.getOrDefault(Marks.DIGEST, "")),
                    Trigger.ofWord(told.getOrDefault(Marks.TRIGGER, "")),
                    told.getOrDefault(Marks.NODE, ""),
                    told.get(Marks.SOURCE),
                    told.getOrDefault(Marks.CAPTURED_AT, ""),
                    meta.getCreationTimestamp(),
                    "true".equals(told.get(Marks.CANDIDATE)),
                    meta.getFinalizers().contains(ApiGroup.GENERATION_FINALIZER),
                    meta.getDeletionTimestamp() != null,
                    FilesMark.read(told.get(Marks.FILES))));
        } catch (IllegalArgumentException notOurs) {
            LOG.atWarn()
                    .addKeyValue("secret", meta.getNamespace() + "/" + meta.getName())
                    .log("is labelled as a generation and is none");
            return Optional.empty();
        }
    }
}
