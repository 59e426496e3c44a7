package io.tpmkeeper.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tpmkeeper.testbed.junit.OnTheGround;
import io.tpmkeeper.testbed.junit.Own;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("api")
@OnTheGround
class ControlPlaneTest {
    @Test
    void it_is_the_pinned_Kubernetes(ControlPlane controlPlane) {
        assertThat(controlPlane.client().getKubernetesVersion().getGitVersion()).isEqualTo("v1.36.3");
    }

    @Test
    void tests_share_one_unless_they_ask_for_their_own(
            ControlPlane controlPlane, ControlPlane again, @Own ControlPlane own) {
        assertThat(again).isSameAs(controlPlane);
        assertThat(own.url()).isNotEqualTo(controlPlane.url());
        own.createNode("only-here");
        assertThat(controlPlane.client().nodes().withName("only-here").get()).isNull();
    }

    @Test
    void what_was_written_survives_a_stop_of_the_API_server(@Own ControlPlane controlPlane) {
        KubernetesClient client = controlPlane.client();
        create(client, "kept");

        controlPlane.stopApiServer();
        assertThatThrownBy(() -> client.configMaps()
                        .inNamespace("default")
                        .withName("kept")
                        .get())
                .isInstanceOf(KubernetesClientException.class);

        controlPlane.startApiServer();
        assertThat(client.configMaps().inNamespace("default").withName("kept").get())
                .isNotNull();
    }

    @Test
    void a_restored_etcd_knows_what_it_held_at_the_backup_and_nothing_since(@Own ControlPlane controlPlane) {
        KubernetesClient client = controlPlane.client();
        String revision = create(client, "before");
        EtcdBackup backup = controlPlane.backUp();
        create(client, "after");

        controlPlane.restore(backup);

        assertThat(client.configMaps().inNamespace("default").withName("before").get())
                .isNotNull();
        assertThat(client.configMaps().inNamespace("default").withName("after").get())
                .isNull();
        assertThat(Long.parseLong(create(client, "again")))
                .as("revisions count on from the backup's")
                .isGreaterThan(Long.parseLong(revision));
        controlPlane.restore(backup);
        assertThat(client.configMaps().inNamespace("default").withName("again").get())
                .as("the backup is good for more than once")
                .isNull();
    }

    @Test
    void a_user_may_do_only_what_RBAC_grants(ControlPlane controlPlane) {
        KubernetesClient user = controlPlane.client(controlPlane.kubeconfigFor("eve", List.of("people")));

        assertThat(user.resource(new SelfSubjectReview())
                        .create()
                        .getStatus()
                        .getUserInfo()
                        .getGroups())
                .contains("people");
        assertThatThrownBy(() -> user.secrets().inNamespace("default").list())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("User \"eve\" cannot list resource \"secrets\"");
    }

    @Test
    void a_service_accounts_token_names_the_node_that_it_is_bound_to(ControlPlane controlPlane) {
        controlPlane.createNode("token-node");

        KubernetesClient agent =
                controlPlane.client(controlPlane.kubeconfigForServiceAccount("default", "default", "token-node"));

        var self = agent.resource(new SelfSubjectReview()).create().getStatus().getUserInfo();
        assertThat(self.getUsername()).isEqualTo("system:serviceaccount:default:default");
        assertThat(self.getExtra()).containsEntry("authentication.kubernetes.io/node-name", List.of("token-node"));
    }

    @Test
    void a_node_is_as_ready_as_the_test_says(ControlPlane controlPlane) {
        controlPlane.createNode("host-x");
        assertThat(readyOf(controlPlane, "host-x")).isEqualTo("True");
        controlPlane.setNodeReady("host-x", false);
        assertThat(readyOf(controlPlane, "host-x")).isEqualTo("Unknown");
    }

    @Test
    void controllers_work_a_deleted_namespace_goes_with_its_content(ControlPlane controlPlane) {
        KubernetesClient client = controlPlane.client();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("short-lived")
                        .endMetadata()
                        .build())
                .create();
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("content")
                        .withNamespace("short-lived")
                        .endMetadata()
                        .build())
                .create();
        client.namespaces().withName("short-lived").delete();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> client.namespaces().withName("short-lived").get() == null);
    }

    @Test
    void kubectl_speaks_to_it(ControlPlane controlPlane) {
        assertThat(controlPlane
                        .kubectl("get", "namespaces", "-o", "name")
                        .orThrow()
                        .stdout())
                .contains("namespace/kube-system");
    }

    /** A ConfigMap; its revision. */
    private static String create(KubernetesClient client, String name) {
        return client.configMaps()
                .inNamespace("default")
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create()
                .getMetadata()
                .getResourceVersion();
    }

    private static String readyOf(ControlPlane controlPlane, String node) {
        return controlPlane.client().nodes().withName(node).require().getStatus().getConditions().stream()
                .filter(condition -> "Ready".equals(condition.getType()))
                .map(NodeCondition::getStatus)
                .findFirst()
                .orElseThrow();
    }
}
