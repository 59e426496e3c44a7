package io.tpmkeeper.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.tpmkeeper.api.Condition;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.Target;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateSpec;
import io.tpmkeeper.protocol.DeletionPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Each situation that a VmTpmState can be in, and what is seen of it from outside: {@code situations/<row>.yaml} is what kubectl
 * prints, the conditions, kstatus and Argo CD's health. {@code -Dgolden.write=true} writes them, to be read.
 *
 * <p>Where a person must decide, the options are part of it: each by its name, and what it says is lost.
 */
class SituationsApiTest extends OperatorOnCluster {
    private static final Path ROWS = Path.of("src/test/resources/situations");

    private interface SetUp {
        void run() throws Exception;
    }

    /** A row: its file, what it is, and how it comes about. */
    private record Situation(String file, String what, SetUp setUp) {}

    private List<Situation> situations() {
        return List.of(
                new Situation("01-applied-before-defined", "applied before the domain is defined", () -> {
                    apply("vm", null);
                    ready("DomainNotFound");
                }),
                new Situation("02-no-proof", "nothing proves that the namespace may have the domain", () -> {
                    apply("vm", null);
                    hostA.defines("vm", null);
                    ready("ClaimNotProven");
                }),
                new Situation("02-claimed-by-another", "another VmTpmState has the domain", () -> {
                    bound("first");
                    apply("vm", null);
                    ready("ClaimedByAnother");
                }),
                new Situation("02-class-unknown", "the class is not there", () -> {
                    applySpec(new VmTpmStateSpec(VmTpmStateSpec.ofDomain(uuid).target(), "platinum", null, null));
                    ready("ClassNotFound");
                }),
                new Situation("02-policy-not-allowed", "the class does not allow the deletionPolicy", () -> {
                    cluster.kubectl(
                                    "apply",
                                    "-f",
                                    ROWS.resolve("class-retain-only.yaml").toString())
                            .orThrow();
                    applySpec(new VmTpmStateSpec(
                            VmTpmStateSpec.ofDomain(uuid).target(), "retain-only", DeletionPolicy.DELETE, null));
                    ready("PolicyNotAllowed");
                }),
                new Situation("02-no-tpm", "the domain has no TPM", () -> {
                    apply("vm", null);
                    hostA.definesWithoutTpm("vm", namespace);
                    ready("NoTpm");
                }),
                new Situation("02-kubevirt", "a KubeVirt VirtualMachine is named", () -> {
                    applySpec(
                            new VmTpmStateSpec(new Target(null, new Target.VirtualMachine("win11")), null, null, null));
                    assertThat(ready("KubeVirtNotSupported").message()).contains("target.domainUUID");
                }),
                new Situation("03-line-given", "the line is given, and the domain not started yet", () -> {
                    bound("vm");
                    hostA.asks();
                    ready("Granted");
                    until("vm", ConditionType.READY, c -> hostA.facts().line() != null);
                }),
                new Situation("04-running", "it runs on the holder", () -> {
                    bound("vm");
                    running(hostA);
                }),
                new Situation("05-stopped-upload-under-way", "stopped, the upload is under way", () -> {
                    stoppedOnHostA();
                    ready("Saving");
                }),
                new Situation("06-stopped-not-uploaded", "stopped, and not uploaded after 30 s", () -> {
                    stoppedOnHostA();
                    await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                        hostA.works();
                        hostB.works();
                        assertThat(readyNow().reason()).isEqualTo("UploadPending");
                    });
                }),
                new Situation("07-stopped-and-promoted", "stopped and promoted", this::savedOnHostA),
                new Situation("08-moving", "moving to another node", () -> {
                    savedOnHostA();
                    hostA.idles();
                    hostB.defines("vm", namespace);
                    hostB.asks();
                    ready("Moving");
                }),
                new Situation("08-migrated", "migrated, and not committed yet", () -> {
                    savedOnHostA();
                    running(hostA);
                    hostB.receives();
                    hostB.answersNothing();
                    hostA.migratesAway();
                    untilState("vm", HostState.LEFT);
                }),
                new Situation("09-a-start-was-refused", "a start was refused; all else is as it was", () -> {
                    savedOnHostA();
                    running(hostA);
                    hostB.defines("vm", namespace);
                    hostB.asks();
                    hostB.works();
                    hostB.refuses();
                    until("vm", ConditionType.START_REFUSED, c -> c.status() == Condition.Status.TRUE);
                }),
                new Situation("10-capture-refused", "verification refused the capture", this::captureRefused),
                new Situation(
                        "10-capture-refused-another-asks",
                        "verification refused the capture, and another node asked",
                        () -> {
                            captureRefused();
                            askedOnHostBFor("LostTail");
                        }),
                new Situation("11-torn-by-a-power-loss", "a power loss left a torn state", () -> {
                    savedOnHostA();
                    running(hostA);
                    hostA.losesPower();
                    ready("LostTail");
                }),
                new Situation(
                        "12-holder-dead-newest-state-there",
                        "the holder is dead, the newest state only there, and another node asked",
                        () -> {
                            savedOnHostA();
                            running(hostA);
                            hostA.stops(State.blank().changed(2));
                            untilState("vm", HostState.UNSYNCED);
                            hostA.dies();
                            askedOnHostBFor("HostLoss");
                        }),
                new Situation(
                        "12-holder-dead-in-a-run",
                        "the holder is dead in the middle of a run, and another node asked",
                        () -> {
                            savedOnHostA();
                            running(hostA);
                            hostA.dies();
                            askedOnHostBFor("HostLoss");
                        }),
                new Situation("13-holder-dead-all-saved", "the holder is dead, all is saved, nobody asks", () -> {
                    savedOnHostA();
                    hostA.dies();
                    until("vm", ConditionType.STARTABLE, c -> c.reason().equals("HostLoss"));
                }),
                new Situation("13-holder-dead-all-saved-fenced", "the holder is dead and fenced, all is saved", () -> {
                    savedOnHostA();
                    hostA.dies();
                    fence("host-a");
                    until(
                            "vm",
                            ConditionType.STARTABLE,
                            c -> c.reason().equals("Anywhere") && c.message().contains("host-a is off"));
                }),
                new Situation(
                        "13-holder-dead-all-saved-another-asked",
                        "the holder is dead, all is saved, and another node asked",
                        () -> {
                            savedOnHostA();
                            hostA.dies();
                            askedOnHostBFor("HostLoss");
                        }),
                new Situation("14-state-nowhere", "the state is nowhere to be found", () -> {
                    savedOnHostA();
                    hostA.losesItsFiles();
                    deleteByForce(current(status("vm")).secretName());
                    ready("MissingState");
                }),
                new Situation("15-found-on-several-nodes", "found on several nodes", () -> {
                    hostA.hasState(State.blank().changed(1));
                    hostB.hasState(State.blank().changed(2));
                    hostB.defines("vm", namespace);
                    bound("vm");
                    ready("FoundOnSeveralNodes");
                }),
                new Situation("16-off-line-run", "an off-line run is somewhere", () -> {
                    savedOnHostA();
                    hostB.defines("vm", namespace);
                    hostB.startsOffLine();
                    ready("ForkedRun");
                }),
                new Situation("17-rolled-back", "the cluster was rolled back", () -> {
                    savedOnHostA();
                    hostA.isAheadOfTheRecord();
                    ready("RolledBack");
                }),
                new Situation("18-made-again", "made again, content kept", () -> {
                    savedOnHostA();
                    delete();
                    untilGone("vm");
                    apply("vm", null);
                    ready("Adopted");
                }),
                new Situation(
                        "18-made-again-and-it-ran-meanwhile", "made again, and another state lies on a node", () -> {
                            savedOnHostA();
                            delete();
                            untilGone("vm");
                            hostB.defines("vm", namespace);
                            hostB.hasState(State.blank().changed(2));
                            apply("vm", null);
                            assertThat(ready("FoundOnSeveralNodes").message()).contains("it ran unprotected, perhaps");
                        }),
                new Situation("19-deletion-waits-for-the-stop", "the deletion waits, since the domain runs", () -> {
                    bound("vm", DeletionPolicy.DELETE);
                    savedOnHostAOnceBound();
                    running(hostA);
                    delete();
                    ready("DeletionWaitsForStop");
                }),
                new Situation("19-deletion-fails", "a step of the deletion fails", () -> {
                    savedOnHostA();
                    hostA.dies();
                    until("vm", ConditionType.STARTABLE, c -> c.reason().equals("HostLoss"));
                    delete();
                    ready("CleanupFailed");
                }),
                new Situation("20-hook-not-live", "the hook is not live on the holder", () -> {
                    savedOnHostA();
                    hostA.losesItsHook("libvirtd has not read its hooks since.");
                    ready("HookInactive");
                }),
                new Situation("21-stop-held", "a stop is held for lack of space", () -> {
                    savedOnHostA();
                    running(hostA);
                    hostA.holdsAStop("there is no space.");
                    ready("StopHeld");
                }));
    }

    @TestFactory
    Stream<DynamicTest> everySituationIsSeenAsWritten() {
        return situations().stream()
                .map(s -> DynamicTest.dynamicTest(s.what(), () -> {
                    fresh();
                    try {
                        s.setUp().run();
                        compare(s);
                    } finally {
                        fenceNone();
                    }
                }));
    }

    @Test
    void everyRowHasItsSituation() throws IOException {
        try (Stream<Path> files = Files.list(ROWS)) {
            assertThat(files.map(f -> Objects.requireNonNull(f.getFileName()).toString())
                            .filter(f -> f.matches("[0-9].*")))
                    .containsExactlyInAnyOrderElementsOf(
                            situations().stream().map(s -> s.file() + ".yaml").toList());
        }
    }

    private void compare(Situation situation) throws IOException {
        Path file = ROWS.resolve(situation.file() + ".yaml");
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(file, settled(situation));
        }
        String expected = Files.readString(file);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen(situation)).isEqualTo(expected));
    }

    private String seen(Situation situation) {
        hostA.works();
        hostB.works();
        return SeenFromOutside.look(cluster, namespace, "vm").text(situation.what());
    }

    /** Seen twice without a change: only to write what is then compared. */
    private String settled(Situation situation) {
        var looks = new java.util.ArrayDeque<>(List.of("", "-"));
        await().pollInterval(Duration.ofSeconds(1)).atMost(PATIENCE).until(() -> {
            looks.removeFirst();
            looks.addLast(seen(situation));
            return looks.getFirst().equals(looks.getLast());
        });
        return looks.getLast();
    }

    private void savedOnHostA() {
        bound("vm");
        savedOnHostAOnceBound();
    }

    private void savedOnHostAOnceBound() {
        saved(State.blank().changed(1));
        ready("Saved");
    }

    private void stoppedOnHostA() {
        bound("vm");
        running(hostA);
        hostA.stops(State.blank().changed(1));
        untilState("vm", HostState.UNSYNCED);
    }

    private void captureRefused() {
        savedOnHostA();
        running(hostA);
        State next = State.blank().changed(2);
        hostA.stops(next);
        Secret forged = hostA.upload(
                next,
                hostA.facts().entries().getLast().version(),
                record().getMetadata().getUid());
        forged.getData().put("tpm.tar.zst", forged.getData().get("nvram.tar.zst"));
        client.resource(forged).create();
        ready("CaptureRefused");
    }

    /** A start on host-b asks, is told why not, and gives up: what it was told goes on to be said, without a break. */
    private void askedOnHostBFor(String reason) {
        hostB.defines("vm", namespace);
        hostB.asks();
        Condition asked = ready(reason);
        until("vm", ConditionType.READY, c -> reason.equals(hostB.toldWhy()));
        hostB.refuses();
        until("vm", ConditionType.START_REFUSED, c -> c.status() == Condition.Status.TRUE);
        assertThat(readyNow().reason()).isEqualTo(reason);
        assertThat(readyNow().lastTransitionTime()).isEqualTo(asked.lastTransitionTime());
    }

    private void fence(String node) {
        client.nodes().withName(node).edit(n -> {
            n.getSpec()
                    .setTaints(List.of(new TaintBuilder()
                            .withKey("node.kubernetes.io/out-of-service")
                            .withValue("nodeshutdown")
                            .withEffect("NoExecute")
                            .build()));
            return n;
        });
    }

    /** The nodes are the same in all situations. */
    private void fenceNone() {
        client.nodes()
                .list()
                .getItems()
                .forEach(node -> client.resource(node).edit(n -> {
                    n.getSpec()
                            .setTaints(n.getSpec().getTaints().stream()
                                    .filter(t -> !t.getKey().equals("node.kubernetes.io/out-of-service"))
                                    .toList());
                    return n;
                }));
    }

    private void delete() {
        client.resources(VmTpmState.class).inNamespace(namespace).withName("vm").delete();
    }

    private void applySpec(VmTpmStateSpec spec) {
        VmTpmState state = new VmTpmState();
        state.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName("vm").build());
        state.setSpec(spec);
        client.resource(state).create();
    }
}
