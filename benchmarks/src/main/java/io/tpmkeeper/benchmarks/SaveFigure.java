package io.tpmkeeper.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.Marks;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.e2e.Deployment;
import io.tpmkeeper.testbed.Guest;
import io.tpmkeeper.testbed.GuestDefinition;
import io.tpmkeeper.testbed.LibvirtHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * P2 and P2b: from the moment that a stop's state is durable on its host (the rename of {@code vm/<uuid>}) until the
 * VmTpmState names the new generation, seen by a watch; against a raw client that makes the calls of the very save that was
 * measured before it, against one that makes the fewest that can do it, and against the script that people use today.
 */
final class SaveFigure implements AutoCloseable {
    private static final String NAMESPACE = "bench";
    private static final String NAME = "bench";
    private static final int PATIENCE_SECONDS = 120;

    private record Seen(long generation, Instant at) {}

    private final Deployment deployment;
    private final LibvirtHost host;
    private final int runs;
    private final GuestDefinition definition;
    private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    private final AuditLog log;
    private final SameCalls same;
    private final RawClient raw;
    private final Watch watch;
    private final Secrets uploads;
    private final Secrets generations;

    SaveFigure(Deployment deployment, int runs) {
        this.deployment = deployment;
        this.host = deployment.hostA();
        this.runs = runs;
        this.definition = GuestDefinition.named(NAME).ownedBy(NAMESPACE);
        this.log = new AuditLog(deployment);
        this.raw = new RawClient(deployment);
        deployment.createNamespace(NAMESPACE);
        this.same = new SameCalls(deployment, NAMESPACE);
        this.uploads = new Secrets(deployment.client(), "tpm-keeper-agents", Marks.KIND_INBOX);
        this.generations = new Secrets(deployment.client(), NAMESPACE, Marks.KIND_GENERATION);
        this.watch = deployment
                .client()
                .resources(VmTpmState.class)
                .inNamespace(NAMESPACE)
                .withName(NAME)
                .watch(new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, VmTpmState state) {
                        Instant now = Instant.now();
                        VmTpmStateStatus.Generation current = state.getStatus() == null
                                ? null
                                : state.getStatus().current();
                        if (current != null) {
                            seen.add(new Seen(current.generation(), now));
                        }
                    }

                    @Override
                    public void onClose(WatcherException cause) {
                        throw new IllegalStateException("the watch ended", cause);
                    }
                });
    }

    List<Figure> measure() {
        deployment.applyYaml("""
                        apiVersion: tpmkeeper.io/v1alpha1
                        kind: VmTpmState
                        metadata: {name: %s, namespace: %s}
                        spec:
                          target: {domainUUID: %s}
                        """.formatted(NAME, NAMESPACE, definition.uuid())).orThrow();
        List<Double> ours = new ArrayList<>();
        List<Double> replayed = new ArrayList<>();
        List<Double> rawly = new ArrayList<>();
        List<Double> script = new ArrayList<>();
        List<List<ApiCall>> calls = new ArrayList<>();
        List<Double> untilUpload = new ArrayList<>();
        List<Double> untilGeneration = new ArrayList<>();
        try (Guest guest = Guest.define(host, definition)) {
            // The first runs warm what every run uses.
            int warm = 3;
            for (int run = 1; run <= warm + runs; run++) {
                starts(guest, run);
                List<List<JsonNode>> before = same.look();
                log.skip();
                seen.clear();
                host.virsh("destroy", guest.name()).orThrow();
                double saved = saved(run);
                Instant uploaded = uploads.last();
                Instant generated = generations.last();
                Instant durable = durable();
                List<ApiCall> made = ofTheSave(durable, run);
                untilAllIsDone();
                // The one that comes first in this run is the second in the next.
                double early = run % 2 == 0 ? raw.save() : 0;
                double again = same.replay(made, before);
                double bare = run % 2 == 0 ? early : raw.save();
                double tarred = script(run);
                if (run > warm) {
                    ours.add(saved);
                    untilUpload.add(since(durable, uploaded));
                    untilGeneration.add(since(durable, generated));
                    calls.add(made);
                    replayed.add(again);
                    rawly.add(bare);
                    script.add(tarred);
                }
            }
        }
        calls.sort(Comparator.comparing(List::size));
        List<ApiCall> typical = calls.get(calls.size() / 2);
        Series save = new Series("TPM Keeper: stop to promoted generation", ours);
        Series fewest = new Series("the fewest calls that can do it: " + RawClient.CALLS.size(), rawly);
        List<String> notes = new ArrayList<>();
        notes.add(
                "Calls of the programs in a save: %d to %d. The peer makes those of the save before it; of the median one:"
                        .formatted(calls.getFirst().size(), calls.getLast().size()));
        SameCalls.told(typical).forEach(line -> notes.add("  " + line));
        notes.add("The fewest: " + String.join(", ", RawClient.CALLS) + ".");
        notes.add("Against the fewest calls: ratio %.2f.".formatted(save.ratioTo(fewest)));
        return List.of(
                new Figure(
                        "P2",
                        "How long from a stop until its generation is promoted?",
                        save,
                        new Series("a raw client, the same calls, one after the other", replayed),
                        1.5,
                        List.of(
                                new Series("  ours, until the upload is in the inbox", untilUpload),
                                new Series("  ours, until the generation is there", untilGeneration),
                                fewest),
                        notes),
                new Figure(
                        "P2b",
                        "The same against what people do today?",
                        save,
                        new Series("tar, gzip, kubectl create secret", script),
                        0.2,
                        List.of(),
                        List.of()));
    }

    /** What the two programs called from then on, until the VmTpmState named the generation. */
    private List<ApiCall> ofTheSave(Instant durable, long generation) {
        return log
                .until(call -> call.resource().equals("vmtpmstates/status")
                        && call.body() != null
                        && call.uri().contains("/namespaces/" + NAMESPACE + "/")
                        && call.body().at("/status/current/generation").asLong() >= generation)
                .stream()
                .filter(call -> call.user().startsWith("system:serviceaccount:tpm-keeper-"))
                .filter(call -> !call.began().isBefore(durable))
                // Every ten seconds, whatever happens, the operator looks at the storage's revision.
                .filter(call -> !call.uri().contains("limit=1"))
                .sorted(Comparator.comparing(ApiCall::began))
                .toList();
    }

    /**
     * A run with another TPM than before: its CPUs stand still, and some bytes of the TPM's data are others. Returns when the
     * VmTpmState says that it runs: what is done about its start is no part of a save.
     */
    private void starts(Guest guest, int run) {
        host.virsh("start", "--paused", guest.name()).orThrow();
        if (run > 1) {
            host.exec(
                            "sh",
                            "-c",
                            "head -c 16 /dev/urandom | dd of=%s/tpm2/tpm2-00.permall bs=1 seek=3000 conv=notrunc status=none"
                                    .formatted(definition.tpmPath()))
                    .orThrow();
        }
        Awaitility.await("the VmTpmState says that it runs")
                .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .until(() -> {
                    VmTpmStateStatus status = deployment
                            .client()
                            .resources(VmTpmState.class)
                            .inNamespace(NAMESPACE)
                            .withName(NAME)
                            .require()
                            .getStatus();
                    return status != null
                            && status.host() != null
                            && status.host().state() == HostState.RUNNING;
                });
    }

    /** What the programs do after a save would slow a peer: the upload goes last. */
    private void untilAllIsDone() {
        Awaitility.await("the inbox is empty")
                .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .until(() -> deployment
                        .client()
                        .secrets()
                        .inNamespace("tpm-keeper-agents")
                        .withLabel(Marks.KIND, Marks.KIND_INBOX)
                        .list()
                        .getItems()
                        .isEmpty());
    }

    private double saved(int generation) {
        Instant durable = durable();
        try {
            while (true) {
                Seen next = seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (next == null) {
                    throw new IllegalStateException("generation " + generation + " was not promoted");
                }
                if (next.generation() >= generation) {
                    return since(durable, next.at());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static double since(Instant began, Instant ended) {
        return Duration.between(began, ended).toNanos() / 1e6;
    }

    private Instant durable() {
        Path file = host.path("/var/lib/tpm-keeper/vm/" + definition.uuid());
        try {
            return ((FileTime) Files.getAttribute(file, "unix:ctime")).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What hook scripts on the net do, with the same files. */
    private double script(int run) {
        String said = deployment
                .shell(host, """
                        began=$EPOCHREALTIME
                        tar -C / -cf - %s %s 2>/dev/null | gzip >/tmp/bench-$$.tgz
                        kubectl -n %s create secret generic script-%d --from-file=state.tgz=/tmp/bench-$$.tgz >/dev/null
                        ended=$EPOCHREALTIME
                        rm /tmp/bench-$$.tgz
                        echo $((${ended/./} - ${began/./}))
                        """.formatted(
                                definition.tpmPath().substring(1),
                                definition.nvramPath().substring(1),
                                NAMESPACE,
                                run))
                .orThrow()
                .stdout()
                .strip();
        return Long.parseLong(said) / 1000.0;
    }

    @Override
    public void close() {
        watch.close();
        uploads.close();
        generations.close();
        same.close();
        raw.close();
    }
}
