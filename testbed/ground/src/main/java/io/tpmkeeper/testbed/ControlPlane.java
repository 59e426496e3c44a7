package io.tpmkeeper.testbed;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real Kubernetes control plane on loopback ports of the enclosure: etcd, kube-apiserver (Node and RBAC authorization,
 * NodeRestriction, service accounts) and kube-controller-manager (garbage collection, namespaces, service accounts). There is
 * no kubelet; {@link #createNode} and {@link #setNodeReady} say what one would, and the controller that would contradict them
 * for want of heartbeats is off.
 *
 * <p>Used by one test thread at a time.
 */
public final class ControlPlane implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";

    private final Enclosure enclosure;
    private final Path directory;
    private final Path logs;
    private final Pki pki;
    private final Pki.KeyPair serving;
    private final int etcdPort = FreePorts.next();
    private final int apiPort = FreePorts.next();
    private final Path kubeconfig;
    private final List<KubernetesClient> clients = new CopyOnWriteArrayList<>();
    private final AtomicInteger identities = new AtomicInteger();
    private final KubernetesClient admin;
    private final List<Daemon> daemons = new ArrayList<>();
    private @Nullable Daemon apiServer;

    private ControlPlane(Enclosure enclosure) {
        this.enclosure = enclosure;
        this.directory = enclosure.newDirectory("control-plane");
        this.logs = enclosure.logs().resolve(directory.getFileName());
        this.pki = Pki.in(directory.resolve("pki"));
        this.serving = pki.serving("kube-apiserver", "DNS:localhost,IP:" + LOOPBACK);
        this.kubeconfig = kubeconfigFor("admin", List.of("system:masters"));
        this.admin = client(kubeconfig);
    }

    /** Starts one and waits until it serves. Takes a few seconds. */
    public static ControlPlane start() {
        ControlPlane controlPlane = new ControlPlane(Enclosure.required());
        try {
            controlPlane.startAll();
            return controlPlane;
        } catch (RuntimeException e) {
            controlPlane.close();
            throw e;
        }
    }

    public String url() {
        return "https://" + LOOPBACK + ":" + apiPort;
    }

    /** The administrator's kubeconfig. */
    public Path kubeconfig() {
        return kubeconfig;
    }

    /** The administrator's client; closed with the control plane. */
    public KubernetesClient client() {
        return admin;
    }

    /** A client that acts as the given kubeconfig says; closed with the control plane at the latest. */
    public KubernetesClient client(Path kubeconfig) {
        Config config = Config.fromKubeconfig(kubeconfig.toFile());
        // What is asked of a stopped API server fails at once, so that the test sees it.
        config.setRequestRetryBackoffLimit(0);
        KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build();
        clients.add(client);
        return client;
    }

    /** A kubeconfig with a client certificate for a user; what the user may do is for RBAC objects to say. */
    public Path kubeconfigFor(String user, List<String> groups) {
        String name = "identity-" + identities.incrementAndGet();
        Pki.KeyPair pair = pki.client(name, user, groups);
        return writeKubeconfig(
                name,
                "{client-certificate-data: %s, client-key-data: %s}"
                        .formatted(pair.certificateBase64(), pair.keyBase64()));
    }

    /** A kubeconfig with a token of a service account that exists. */
    public Path kubeconfigForServiceAccount(String namespace, String serviceAccount) {
        return kubeconfigWithToken(
                namespace,
                serviceAccount,
                new TokenRequestBuilder().withNewSpec().endSpec().build());
    }

    /**
     * The same with a token bound to a Node, which carries that node's name in
     * {@code authentication.kubernetes.io/node-name}, as the token of a pod on that node does.
     */
    public Path kubeconfigForServiceAccount(String namespace, String serviceAccount, String node) {
        String uid = admin.nodes().withName(node).require().getMetadata().getUid();
        TokenRequest request = new TokenRequestBuilder()
                .withNewSpec()
                .withNewBoundObjectRef("v1", "Node", node, uid)
                .endSpec()
                .build();
        return kubeconfigWithToken(namespace, serviceAccount, request);
    }

    /** Makes a Ready Node object. */
    public void createNode(String name) {
        admin.nodes()
                .resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels("kubernetes.io/hostname", name)
                        .endMetadata()
                        .build())
                .create();
        setNodeReady(name, true);
    }

    /** Says of a node what its kubelet, or the controller that misses the kubelet, would say. */
    public void setNodeReady(String name, boolean ready) {
        // Merged by the condition's type, whatever controllers wrote to the Node meanwhile.
        admin.nodes()
                .withName(name)
                .subresource("status")
                .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), """
                        {"status": {"conditions": [{"type": "Ready", "status": "%s", "reason": "%s", "message": "said by the testbed",
                          "lastTransitionTime": "%s"}]}}
                        """.formatted(
                                ready ? "True" : "Unknown",
                                ready ? "KubeletReady" : "NodeStatusUnknown",
                                Instant.now().truncatedTo(ChronoUnit.SECONDS)));
    }

    /** Runs kubectl as the administrator. */
    public Result kubectl(String... arguments) {
        return Result.of(new ProcessBuilder(
                Stream.concat(Stream.of(binary("kubectl"), "--kubeconfig", kubeconfig.toString()), Stream.of(arguments))
                        .toList()));
    }

    /** Kills the API server; etcd and its data stay. */
    public void stopApiServer() {
        if (apiServer != null) {
            apiServer.close();
            apiServer = null;
        }
    }

    /** Starts the API server again, on the same port and data, and waits until it is ready. */
    public void startApiServer() {
        if (apiServer != null) {
            throw new IllegalStateException("the API server runs already");
        }
        Daemon started = Daemon.start(
                "kube-apiserver",
                logs.resolve("kube-apiserver.log"),
                Stream.of(
                        binary("kube-apiserver"),
                        "--etcd-servers=" + etcdUrl(),
                        "--bind-address=" + LOOPBACK,
                        "--advertise-address=" + LOOPBACK,
                        "--secure-port=" + apiPort,
                        // A loopback address may not be an endpoint, and nobody asks for the service's.
                        "--endpoint-reconciler-type=none",
                        "--tls-cert-file=" + serving.certificate(),
                        "--tls-private-key-file=" + serving.key(),
                        "--client-ca-file=" + pki.authority(),
                        "--service-account-issuer=https://kubernetes.default.svc",
                        "--service-account-key-file=" + pki.serviceAccountKey(),
                        "--service-account-signing-key-file=" + pki.serviceAccountKey(),
                        "--service-cluster-ip-range=198.19.0.0/16",
                        "--authorization-mode=Node,RBAC",
                        "--enable-admission-plugins=NodeRestriction",
                        "--profiling=false"));
        apiServer = started;
        started.awaitReady(this::serves);
    }

    @Override
    public void close() {
        clients.forEach(KubernetesClient::close);
        stopApiServer();
        daemons.reversed().forEach(Daemon::close);
        daemons.clear();
    }

    private void startAll() {
        Daemon etcd = Daemon.start(
                "etcd",
                logs.resolve("etcd.log"),
                Stream.of(
                        binary("etcd"),
                        "--data-dir=" + directory.resolve("etcd"),
                        "--unsafe-no-fsync",
                        "--listen-client-urls=" + etcdUrl(),
                        "--advertise-client-urls=" + etcdUrl(),
                        // One member listens for peers all the same; the kernel picks the port.
                        "--listen-peer-urls=http://" + LOOPBACK + ":0",
                        "--log-level=warn"));
        daemons.add(etcd);
        startApiServer();
        Daemon controllers = Daemon.start(
                "kube-controller-manager",
                logs.resolve("kube-controller-manager.log"),
                Stream.of(
                        binary("kube-controller-manager"),
                        // As administrator: with an account for each controller, default service accounts come 5 s
                        // later.
                        "--kubeconfig=" + kubeconfig,
                        "--service-account-private-key-file=" + pki.serviceAccountKey(),
                        "--root-ca-file=" + pki.authority(),
                        "--controllers=*,-node-lifecycle-controller",
                        "--leader-elect=false",
                        "--secure-port=0"));
        daemons.add(controllers);
        controllers.awaitReady(this::controllersWork);
    }

    private boolean serves() {
        try {
            return "ok".equals(admin.raw("/readyz"));
        } catch (KubernetesClientException notYet) {
            return false;
        }
    }

    private boolean controllersWork() {
        return admin.serviceAccounts()
                                .inNamespace("default")
                                .withName("default")
                                .get()
                        != null
                && admin.namespaces().withName("kube-system").get() != null;
    }

    private Path kubeconfigWithToken(String namespace, String serviceAccount, TokenRequest request) {
        String token = admin.serviceAccounts()
                .inNamespace(namespace)
                .withName(serviceAccount)
                .tokenRequest(request)
                .getStatus()
                .getToken();
        return writeKubeconfig("identity-" + identities.incrementAndGet(), "{token: %s}".formatted(token));
    }

    private Path writeKubeconfig(String name, String user) {
        try {
            return Files.writeString(
                    directory.resolve(name + ".kubeconfig"), """
                    apiVersion: v1
                    kind: Config
                    clusters: [{name: testbed, cluster: {server: "%s", certificate-authority-data: %s}}]
                    users: [{name: user, user: %s}]
                    contexts: [{name: testbed, context: {cluster: testbed, user: user}}]
                    current-context: testbed
                    """.formatted(url(), Pki.base64(pki.authority()), user));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String etcdUrl() {
        return "http://" + LOOPBACK + ":" + etcdPort;
    }

    private String binary(String name) {
        File file = enclosure.kubernetes().resolve(name).toFile();
        if (!file.canExecute()) {
            throw new IllegalStateException(file + " is missing: testbed/kubernetes/build makes it");
        }
        return file.getPath();
    }
}
