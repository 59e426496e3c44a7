package io.tpmkeeper.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.api.Condition;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What docs/gitops.md says of waiting, and of setting Argo CD up. */
class GitOpsApiTest extends OperatorOnCluster {
    @Test
    void stopThatIsSavedInTimeNeverMakesReadyFlap() {
        bound("vm");
        running(hostA);
        String since = readyNow().lastTransitionTime();
        State end = State.blank().changed(1);
        hostA.stops(end);
        ready("Saving");
        hostA.uploads(end);
        Condition saved = ready("Saved");
        assertThat(saved.lastTransitionTime()).isEqualTo(since);
    }

    @Test
    void kubectlWaitSeesReady() {
        bound("vm");
        running(hostA);
        cluster.kubectl("wait", "-n", namespace, "--for=condition=Ready", "--timeout=10s", "vmtpmstate/vm")
                .orThrow();
        hostA.losesItsHook("libvirtd has not read its hooks since.");
        ready("HookInactive");
        assertThat(cluster.kubectl("wait", "-n", namespace, "--for=condition=Ready", "--timeout=1s", "vmtpmstate/vm")
                        .succeeded())
                .isFalse();
        cluster.kubectl("wait", "-n", namespace, "--for=condition=Ready=False", "--timeout=10s", "vmtpmstate/vm")
                .orThrow();
    }

    /** As the page says it, on a ConfigMap that Argo CD has filled already. */
    @Test
    void argoCdIsConfiguredByTheCommandOfThePage() throws Exception {
        cluster.kubectl("create", "namespace", "argocd").orThrow();
        cluster.kubectl("-n", "argocd", "create", "configmap", "argocd-cm", "--from-literal=url=https://argocd.example")
                .orThrow();
        String page = Files.readString(Path.of("../docs/gitops.md"));
        String command = page.substring(page.indexOf("kubectl create configmap"));
        ProcessBuilder shell = new ProcessBuilder("bash", "-ec", command.substring(0, command.indexOf("```")))
                .directory(Path.of("..").toFile())
                .inheritIO();
        shell.environment().put("KUBECONFIG", cluster.kubeconfig().toString());
        shell.environment().merge("PATH", System.getenv("TPM_KEEPER_KUBE_BIN"), (path, bin) -> bin + ":" + path);

        assertThat(shell.start().waitFor()).isZero();

        assertThat(client.configMaps()
                        .inNamespace("argocd")
                        .withName("argocd-cm")
                        .get()
                        .getData())
                .containsEntry("url", "https://argocd.example")
                .containsEntry(
                        "resource.customizations.health.tpmkeeper.io_VmTpmState",
                        Files.readString(Path.of("../docs/examples/argocd-health.lua")));
    }
}
