package io.tpmkeeper.benchmarks;

import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
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
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * P2 and P2b: from the moment that a stop's state is durable on its host (the rename of {@code vm/<uuid>}) until the
 * VmTpmState names the new generation, seen by a watch; against a raw client, and against the script that people use today.
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
    private final RawClient raw;
    private final Watch watch;
    private final Secrets uploads;
    private final Secrets generations;

    SaveFigure(Deployment deployment, int runs) {
        this.deployment = deployment;
        this.host = deployment.hostA();
        this.runs = runs;
        this.definition = GuestDefinition.named(NAME).ownedBy(NAMESPACE);
        this.raw = new RawClient(deployment);
        deployment.createNamespace(NAMESPACE);
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
        List<Double> rawly = new ArrayList<>();
        List<Double> script = new ArrayList<>();
        List<Double> calls = new ArrayList<>();
        List<Double> untilUpload = new ArrayList<>();
        List<Double> untilGeneration = new ArrayList<>();
        try (Guest guest = Guest.define(host, definition)) {
            // The first runs warm what every run uses.
            int warm = 3;
            for (int run = 1; run <= warm + runs; run++) {
                stops(guest, run);
                ApiCalls before = ApiCalls.of(deployment);
                double saved = saved(run);
                double many = ApiCalls.of(deployment).since(before);
                double bare = raw.save();
                double tarred = script(run);
                if (run > warm) {
                    ours.add(saved);
                    calls.add(many);
                    untilUpload.add(since(durable(), uploads.last()));
                    untilGeneration.add(since(durable(), generations.last()));
                    rawly.add(bare);
                    script.add(tarred);
                }
            }
        }
        Series save = new Series("TPM Keeper: stop to promoted generation", ours);
        return List.of(
                new Figure(
                        "P2",
                        "How long from a stop until its generation is promoted?",
                        save,
                        new Series("a raw client, one after the other: " + RawClient.CALLS.size() + " calls", rawly),
                        1.5,
                        List.of(
                                new Series("  of that, until the upload is in the inbox", untilUpload),
                                new Series("  of that, until the generation is there", untilGeneration)),
                        List.of(
                                "The raw client's calls: " + String.join(", ", RawClient.CALLS) + ".",
                                "Calls that the API server counted for Secrets, Events and ours, until promoted: median %.0f."
                                        .formatted(new Series("calls", calls).median()))),
                new Figure(
                        "P2b",
                        "The same against what people do today?",
                        save,
                        new Series("tar, gzip, kubectl create secret", script),
                        0.2,
                        List.of(),
                        List.of()));
    }

    /** A run with another TPM than before: its CPUs stand still, and one byte of the TPM's data is another. */
    private void stops(Guest guest, int run) {
        host.virsh("start", "--paused", guest.name()).orThrow();
        if (run > 1) {
            host.exec(
                            "sh",
                            "-c",
                            "head -c 16 /dev/urandom | dd of=%s/tpm2/tpm2-00.permall bs=1 seek=3000 conv=notrunc status=none"
                                    .formatted(definition.tpmPath()))
                    .orThrow();
        }
        seen.clear();
        host.virsh("destroy", guest.name()).orThrow();
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
        raw.close();
    }
}
