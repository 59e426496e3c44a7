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
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real Kubernetes control plane: etcd, kube-apiserver (Node and RBAC authorization, NodeRestriction, service accounts) and
 * kube-controller-manager (garbage collection, namespaces, service accounts). One that {@link #start()} made is on loopback and
 * has no kubelet; {@link #createNode} and {@link #setNodeReady} say what one would, and the controller that would contradict
 * them for want of heartbeats is off. That of a {@link Cluster} has a scheduler, too, and nodes that speak for themselves.
 *
 * <p>Used by one test thread at a time.
 */
public final class ControlPlane implements AutoCloseable {
    private final Enclosure enclosure;
    private final Path directory;
    private final Path logs;
    private final ControlPlaneForm form;
    private final @Nullable Path auditPolicy;
    private final Pki pki;
    private final Etcd etcd;
    private final int apiPort = FreePorts.next();
    private final Kubeconfigs kubeconfigs;
    private final Path kubeconfig;
    private final List<KubernetesClient> clients = new CopyOnWriteArrayList<>();
    private final KubernetesClient admin;
    private final List<Daemon> controllers = new ArrayList<>();
    private @Nullable Daemon apiServer;

    private ControlPlane(Enclosure enclosure, ControlPlaneForm form, @Nullable Path auditPolicy) {
        this.auditPolicy = auditPolicy;
        this.enclosure = enclosure;
        this.directory = enclosure.newDirectory("control-plane");
        this.logs = enclosure.logsOf(directory);
        this.form = form;
        this.etcd = new Etcd(enclosure, directory.resolve("etcd"), logs.resolve("etcd.log"));
        this.pki = Pki.in(directory.resolve("pki"));
        this.kubeconfigs = new Kubeconfigs(directory, url(), pki);
        this.kubeconfig = kubeconfigFor("admin", List.of("system:masters"));
        this.admin = client(kubeconfig);
    }

    /** Starts one and waits until it serves. Takes a few seconds. */
    public static ControlPlane start() {
        return started(null);
    }

    /**
     * The same, whose API server writes down in {@link #auditLog} the calls that a policy asks for, in the order in which they end.
     *
     * @param policy a file of kind audit.k8s.io Policy
     */
    public static ControlPlane startAudited(Path policy) {
        return started(policy);
    }

    private static ControlPlane started(@Nullable Path auditPolicy) {
        ControlPlane controlPlane =
                new ControlPlane(Enclosure.required(), new ControlPlaneForm.NodesAreObjects(), auditPolicy);
        try {
            controlPlane.startServing();
            controlPlane.startControllers();
            return controlPlane;
        } catch (RuntimeException e) {
            controlPlane.close();
            throw e;
        }
    }

    /** One that can sign and say its address, but does not serve before {@link #startServing}. */
    static ControlPlane unstarted(Enclosure enclosure, ControlPlaneForm form) {
        return new ControlPlane(enclosure, form, null);
    }

    public String url() {
        return "https://" + apiAddress();
    }

    /** What the API server wrote down of calls, one a line, if it was started to do so. */
    public Path auditLog() {
        return directory.resolve("audit.log");
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
        return kubeconfigs.withCertificate(user, groups);
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

    /** Makes a Ready Node object, where no kubelet does. */
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
        return Result.of(new ProcessBuilder(Stream.concat(
                        Stream.of(enclosure.kubernetes("kubectl"), "--kubeconfig", kubeconfig.toString()),
                        Stream.of(arguments))
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
        Daemon started = daemon(
                "kube-apiserver",
                Stream.concat(
                        Stream.of(
                                "--etcd-servers=" + etcd.url(),
                                "--bind-address=" + form.address(),
                                "--advertise-address=" + form.address(),
                                "--secure-port=" + apiPort,
                                "--client-ca-file=" + pki.authority(),
                                "--service-account-issuer=https://kubernetes.default.svc",
                                "--service-account-key-file=" + pki.serviceAccountKey(),
                                "--service-account-signing-key-file=" + pki.serviceAccountKey(),
                                "--service-cluster-ip-range=" + ControlPlaneForm.SERVICES,
                                "--authorization-mode=Node,RBAC",
                                "--enable-admission-plugins=NodeRestriction",
                                "--profiling=false"),
                        Stream.concat(form.apiServer(pki), audit())));
        apiServer = started;
        started.awaitReady(this::serves);
    }

    private Stream<String> audit() {
        return auditPolicy == null
                ? Stream.empty()
                : Stream.of("--audit-policy-file=" + auditPolicy, "--audit-log-path=" + auditLog());
    }

    /** Copies what etcd holds now, while everything goes on. */
    public EtcdBackup backUp() {
        EtcdBackup backup = new EtcdBackup(enclosure.newDirectory("etcd-backup"));
        etcd.copyTo(backup.directory());
        return backup;
    }

    /**
     * Puts etcd back to what it held then and starts the control plane again, as an administrator does who has only that backup.
     * Everything written since is gone, and revisions count on from the backup's: whoever watched before the restore is told
     * nothing until they have caught up, so what is not part of the control plane is the caller's to restart.
     */
    public void restore(EtcdBackup backup) {
        stopControllers();
        stopApiServer();
        etcd.startFrom(backup.directory());
        startApiServer();
        startControllers();
    }

    @Override
    public void close() {
        clients.forEach(KubernetesClient::close);
        stopControllers();
        stopApiServer();
        etcd.close();
    }

    private void stopControllers() {
        controllers.reversed().forEach(Daemon::close);
        controllers.clear();
    }

    /** Starts etcd and the API server, and waits until that is ready. */
    void startServing() {
        etcd.start();
        startApiServer();
    }

    /** Starts the rest, and waits until controllers work. */
    void startControllers() {
        Daemon manager = daemon(
                "kube-controller-manager",
                Stream.concat(
                        Stream.of(
                                // As administrator: with an account for each controller, default service accounts come
                                // 5 s later.
                                "--kubeconfig=" + kubeconfig,
                                "--service-account-private-key-file=" + pki.serviceAccountKey(),
                                "--root-ca-file=" + pki.authority(),
                                "--leader-elect=false",
                                "--secure-port=0"),
                        form.controllers()));
        controllers.add(manager);
        if (form.hasScheduler()) {
            Path scheduler = kubeconfigFor("system:kube-scheduler", List.of());
            controllers.add(daemon(
                    "kube-scheduler",
                    Stream.of("--kubeconfig=" + scheduler, "--leader-elect=false", "--secure-port=0")));
        }
        manager.awaitReady(this::controllersWork);
    }

    Pki pki() {
        return pki;
    }

    /** Host and port that the API server listens on. */
    String apiAddress() {
        return form.address() + ":" + apiPort;
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
        return kubeconfigs.withToken(token);
    }

    private Daemon daemon(String program, Stream<String> flags) {
        return Daemon.start(
                program,
                logs.resolve(program + ".log"),
                Stream.concat(Stream.of(enclosure.kubernetes(program)), flags));
    }
}
