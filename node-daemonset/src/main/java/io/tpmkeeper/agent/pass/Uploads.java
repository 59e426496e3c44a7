package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.ClusterException;
import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.agent.host.DomainLocks;
import io.tpmkeeper.agent.host.FoundState;
import io.tpmkeeper.agent.host.StateReader;
import io.tpmkeeper.bundle.Bundle;
import io.tpmkeeper.bundle.BundleWriter;
import io.tpmkeeper.bundle.Capture;
import io.tpmkeeper.bundle.Checked;
import io.tpmkeeper.bundle.FileKind;
import io.tpmkeeper.bundle.Source;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.host.ChooseSource;
import io.tpmkeeper.protocol.host.Upload;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.Place;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends a capture to the inbox: reads both sources, takes what the capture names, packs, sends. */
final class Uploads {
    private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);
    private static final Duration ASK_AGAIN = Duration.ofSeconds(30);

    private final Host host;
    private final String hostId;
    private final String node;
    private final Cluster cluster;
    private final Captures captures;
    private final BundleWriter writer = new BundleWriter();
    private final Map<String, Instant> sent = new ConcurrentHashMap<>();
    /** The capture of each running domain that was sent last, by its name in the inbox. */
    private final Map<String, String> live = new ConcurrentHashMap<>();

    Uploads(Host host, String hostId, String node, Cluster cluster, Captures captures) {
        this.host = host;
        this.hostId = hostId;
        this.node = node;
        this.cluster = cluster;
        this.captures = captures;
    }

    /** @return why what should be sent was not, in a sentence; null: nothing is wrong */
    @Nullable
    String settle(DomainView view, Grant grant) throws IOException, UnreadableException, ClusterException {
        Vm vm = host.files().vm(view.uuid());
        List<EntryMeta> entries = host.spool().entries(view.uuid());
        return switch (Upload.decide(new Upload.World(
                grant.spec().recordUid(),
                vm,
                entries.stream().map(EntryMeta::entry).toList(),
                grant.spec().saved(),
                grant.spec().settled(),
                grant.spec().wanted()))) {
            case Upload.Nothing nothing -> null;
            case Upload.Recapture(var capture, var next) -> {
                recapture(view, vm);
                yield null;
            }
            case Upload.Send(long seq) -> {
                EntryMeta meta = entries.stream()
                        .filter(e -> e.entry().seq() == seq)
                        .findFirst()
                        .orElseThrow();
                yield send(
                        view, grant, meta, Objects.requireNonNull(meta.entry().digest()));
            }
        };
    }

    private void recapture(DomainView view, Vm before) throws IOException, UnreadableException {
        Optional<DomainLocks.Held> lock = host.locks().take(view.uuid(), Duration.ZERO);
        if (lock.isEmpty()) {
            return;
        }
        try (DomainLocks.Held held = lock.get()) {
            Vm vm = host.files().vm(view.uuid());
            Grant grant = view.grant();
            if (!vm.equals(before) || grant == null) {
                return;
            }
            if (Upload.decide(new Upload.World(
                            grant.spec().recordUid(),
                            captures.withFreeSeq(view.uuid(), vm),
                            List.of(),
                            grant.spec().saved(),
                            grant.spec().settled(),
                            grant.spec().wanted()))
                    instanceof Upload.Recapture(var capture, var next)) {
                FoundState live = host.states().live(view.uuid(), view.pathsOrNone());
                if (!captures.carryOut(view.uuid(), next, capture, live)) {
                    LOG.atWarn().addKeyValue("domain", view.uuid()).log("the delivery is not what its name says");
                }
            }
        }
    }

    private @Nullable String send(DomainView view, Grant grant, EntryMeta meta, Digest digest) throws ClusterException {
        String name = "inbox-%s-%d-%d-%s"
                .formatted(view.uuid(), meta.entry().epoch(), meta.entry().seq(), nodeHash());
        Instant last = sent.get(name);
        Instant now = host.clock().instant();
        if (last != null && Duration.between(last, now).compareTo(ASK_AGAIN) < 0) {
            return null;
        }
        // The first time it is simply sent: if it is there already, nothing happens.
        if (last != null && cluster.isUploaded(name)) {
            sent.put(name, now);
            return null;
        }
        if (meta.entry().whileRunning() && isUnderWay(view.uuid(), name)) {
            return null;
        }
        FoundState primary = isInUse(view)
                ? new FoundState(running(), running())
                : host.states().live(view.uuid(), view.pathsOrNone());
        FoundState fallback =
                host.states().at(view.uuid(), new Place.InEntry(meta.entry().seq()));
        ChooseSource.Chosen chosen = ChooseSource.decide(
                new ChooseSource.World(digest, meta.files(), primary.readings(), fallback.readings()));
        if (!chosen.complete()) {
            return "The newest state cannot be read whole. "
                    + chosen.steps().stream()
                            .filter(s -> s.message() != null)
                            .map(s -> s.name() + ": " + s.message())
                            .collect(java.util.stream.Collectors.joining(". "))
                    + ".";
        }
        Capture capture = capture(view, grant, meta, files(chosen, primary, fallback));
        return switch (writer.pack(capture)) {
            case Checked.Refused<Bundle>(var refusal) -> refusal.toString();
            case Checked.Accepted<Bundle>(Bundle bundle) -> {
                cluster.upload(new io.tpmkeeper.agent.cluster.Upload(
                        name, view.uuid(), bundle.toSecretData(), meta.entry().online(), steps(chosen, meta)));
                sent.put(name, now);
                if (meta.entry().whileRunning()) {
                    live.put(view.uuid(), name);
                }
                LOG.atInfo()
                        .addKeyValue("domain", view.uuid())
                        .addKeyValue("entry", meta.entry().seq())
                        .addKeyValue("digest", digest.brief())
                        .log("uploaded");
                yield null;
            }
        };
    }

    /** What libvirt said may be older than the end that the hook noted; what is read is compared with the tip either way. */
    private static boolean isInUse(DomainView view) {
        Vm vm = view.vmBefore();
        boolean ended = vm != null && vm.run() != null && !vm.run().open();
        return view.activity() != Activity.INACTIVE && (view.isCertain() || !ended);
    }

    private static StateReader.Found running() {
        return new StateReader.Found(ChooseSource.Reading.failed("is in use: the domain runs"), null, "0600");
    }

    /** One capture of a running domain at a time lies in the inbox: while nobody empties it, they would fill it. */
    private boolean isUnderWay(String uuid, String name) throws ClusterException {
        String before = live.get(uuid);
        return before != null && !before.equals(name) && cluster.isUploaded(before);
    }

    private static List<ChooseSource.Step> steps(ChooseSource.Chosen chosen, EntryMeta meta) {
        List<ChooseSource.Step> all = new ArrayList<>();
        for (ChooseSource.Step step : chosen.steps()) {
            if (step.name().equals("Merge")) {
                all.add(new ChooseSource.Step("Validate", "Done", null));
            }
            // What a run has written was read when it was captured; by now it may be something else.
            boolean skipped = meta.entry().whileRunning() && step.name().equals("ReadPrimary");
            all.add(skipped ? new ChooseSource.Step(step.name(), "Skipped", null) : step);
        }
        all.add(new ChooseSource.Step("Pack", "Done", null));
        all.add(new ChooseSource.Step("Upload", "Done", null));
        return all;
    }

    private Capture capture(DomainView view, Grant grant, EntryMeta meta, List<Capture.CapturedFile> files) {
        Set<FileKind> kinds = EnumSet.noneOf(FileKind.class);
        files.forEach(f -> kinds.add(f.kind()));
        return new Capture(
                UUID.fromString(view.uuid()),
                grant.spec().recordUid(),
                meta.entry().version(),
                meta.entry().trigger(),
                Optional.ofNullable(meta.how()),
                node,
                hostId,
                Instant.ofEpochSecond(meta.captured()),
                new TreeMap<>(),
                Optional.empty(),
                kinds,
                files);
    }

    private static List<Capture.CapturedFile> files(
            ChooseSource.Chosen chosen, FoundState primary, FoundState fallback) {
        List<Capture.CapturedFile> files = new ArrayList<>();
        add(files, FileKind.TPM, chosen.tpm(), primary.tpm(), fallback.tpm());
        add(files, FileKind.NVRAM, chosen.vars(), primary.vars(), fallback.vars());
        return files;
    }

    private static void add(
            List<Capture.CapturedFile> files,
            FileKind kind,
            ChooseSource.@Nullable Source source,
            StateReader.Found primary,
            StateReader.Found fallback) {
        if (source == null) {
            return;
        }
        boolean own = source == ChooseSource.Source.PRIMARY;
        StateReader.Found found = own ? primary : fallback;
        files.add(new Capture.CapturedFile(
                kind, Objects.requireNonNull(found.content()), found.mode(), own ? Source.PRIMARY : Source.FALLBACK));
    }

    private String nodeHash() {
        try {
            byte[] hash = java.security.MessageDigest.getInstance("SHA-256")
                    .digest(node.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            return java.util.HexFormat.of().formatHex(hash, 0, 4);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
