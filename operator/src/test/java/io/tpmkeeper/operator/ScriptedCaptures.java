package io.tpmkeeper.operator;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.tpmkeeper.bundle.Bundle;
import io.tpmkeeper.bundle.BundleWriter;
import io.tpmkeeper.bundle.Capture;
import io.tpmkeeper.bundle.Checked;
import io.tpmkeeper.bundle.FileKind;
import io.tpmkeeper.bundle.Source;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** What one node's agent makes of a state: real bundles, as they lie in the inbox. */
record ScriptedCaptures(String node, String domain, String hostId) {
    /** As it lies in the inbox. */
    Secret upload(State state, Version version, String record) {
        Bundle bundle = pack(state, version, record);
        Map<String, String> data = bundle.toSecretData().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, e -> Base64.getEncoder().encodeToString(e.getValue())));
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace("tpm-keeper-agents")
                .withName("inbox-%s-%d-%d-%s".formatted(domain, version.epoch(), version.seq(), node))
                .addToLabels("tpmkeeper.io/kind", "inbox")
                .addToLabels("tpmkeeper.io/domain-uuid", domain)
                .addToLabels("tpmkeeper.io/node", node)
                .addToAnnotations("tpmkeeper.io/online", "true")
                .addToAnnotations("tpmkeeper.io/steps", "[{\"name\":\"ReadPrimary\",\"result\":\"Done\"}]")
                .endMetadata()
                .withImmutable(true)
                .withData(data)
                .build();
    }

    private Bundle pack(State state, Version version, String record) {
        Capture capture = new Capture(
                UUID.fromString(domain),
                record,
                version,
                Trigger.STOP,
                Optional.of(Ending.SHUTDOWN),
                node,
                hostId,
                Instant.now(),
                new TreeMap<>(),
                Optional.empty(),
                Set.of(FileKind.TPM, FileKind.NVRAM),
                List.of(
                        new Capture.CapturedFile(FileKind.TPM, state.tpm(), "0600", Source.PRIMARY),
                        new Capture.CapturedFile(FileKind.NVRAM, state.nvram(), "0600", Source.PRIMARY)));
        return switch (new BundleWriter().pack(capture)) {
            case Checked.Accepted<Bundle>(Bundle bundle) -> bundle;
            case Checked.Refused<Bundle>(var refusal) -> throw new AssertionError(refusal.toString());
        };
    }

    Digest digest(State state) {
        return pack(state, new Version(1, 1), "any").manifest().digest();
    }
}
