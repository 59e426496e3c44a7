package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.tpmkeeper.api.Marks;
import io.tpmkeeper.testbed.ControlPlane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** The operator's replicas on a real cluster, and which of them leads. */
final class Replicas {
    private final ControlPlane controlPlane;

    Replicas(ControlPlane controlPlane) {
        this.controlPlane = controlPlane;
    }

    /** @param identity its own, new with each start of the program */
    record Leader(String identity, String pod, ProcessHandle process) {}

    /** Waits until there is one. */
    Leader leader() {
        Eventually.holds("two replicas are ready, and one leads", () -> {
            assertThat(controlPlane
                            .client()
                            .pods()
                            .inNamespace(Release.SYSTEM)
                            .list()
                            .getItems())
                    .filteredOn(Release::isReady)
                    .hasSize(2);
            assertThat(holder()).isNotBlank();
        });
        String identity = holder();
        String pod = controlPlane.client().pods().inNamespace(Release.SYSTEM).list().getItems().stream()
                .map(p -> p.getMetadata().getName())
                .filter(name -> controlPlane
                        .kubectl("-n", Release.SYSTEM, "logs", name)
                        .stdout()
                        .contains(identity))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no pod is " + identity));
        return new Leader(identity, pod, process(pod));
    }

    /** The identity that the Lease names; empty if none. */
    String holder() {
        Lease lease = controlPlane
                .client()
                .leases()
                .inNamespace(Release.SYSTEM)
                .withName("tpm-keeper-operator")
                .get();
        String holder = lease == null ? null : lease.getSpec().getHolderIdentity();
        return holder == null ? "" : holder;
    }

    /** Its container's program, as this program sees it from outside. */
    private static ProcessHandle process(String pod) {
        return ProcessHandle.allProcesses()
                .filter(process -> isOf(pod, process))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no process of " + pod));
    }

    private static boolean isOf(String pod, ProcessHandle process) {
        try {
            return (Files.readString(Path.of("/proc", Long.toString(process.pid()), "environ")) + "\0")
                    .contains("HOSTNAME=" + pod + "\0");
        } catch (IOException gone) {
            return false;
        }
    }

    /** Takes a pod away without a word from it, as the death of its node would. */
    void forceDelete(String pod) {
        controlPlane
                .kubectl("-n", Release.SYSTEM, "delete", "pod", pod, "--grace-period=0", "--force", "--wait=false")
                .orThrow();
    }

    /** SIGKILL to the leader at the very event that tells of a domain's Secret of this kind, whose name it then gives. */
    Watch killWhenItAppears(Leader leader, String kind, String namespace, String uuid, CompletableFuture<String> seen) {
        return controlPlane
                .client()
                .secrets()
                .inNamespace(namespace)
                .withLabel(Marks.KIND, kind)
                .withLabel(Marks.DOMAIN, uuid)
                .watch(new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, Secret secret) {
                        if (action == Action.ADDED && !seen.isDone()) {
                            leader.process().destroyForcibly();
                            seen.complete(secret.getMetadata().getName());
                        }
                    }

                    @Override
                    public void onClose(WatcherException cause) {
                        seen.completeExceptionally(cause);
                    }
                });
    }
}
