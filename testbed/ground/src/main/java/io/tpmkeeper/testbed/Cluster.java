package io.tpmkeeper.testbed;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * A real cluster: a control plane with scheduler and controllers, and nodes with kubelet, containerd and libvirtd, each in
 * namespaces of its own. There is no DNS and no kube-proxy; pods reach the API server by its Service's address, which is in their
 * environment.
 *
 * <p>Used by one test thread at a time.
 */
public final class Cluster implements AutoCloseable {
    /** The nodes that {@link #start()} gives it. */
    public static final List<String> NODES = List.of("host-a", "host-b");

    private static final Executor THREADS = Thread::startVirtualThread;

    private final Enclosure enclosure;
    private final ClusterNetwork network;
    private final ControlPlane controlPlane;
    private final List<ClusterNode> nodes = new ArrayList<>();
    private int joined;

    private Cluster(Enclosure enclosure, ClusterNetwork network) {
        this.enclosure = enclosure;
        this.network = network;
        this.controlPlane =
                ControlPlane.unstarted(enclosure, new ControlPlaneForm.NodesHaveKubelets(network.gateway()));
    }

    /** Starts one with two nodes, and waits until both are Ready. Takes about ten seconds. */
    public static Cluster start() {
        Cluster cluster = new Cluster(Enclosure.required(), ClusterNetwork.claim());
        try {
            CompletableFuture<Void> serving = CompletableFuture.runAsync(cluster.controlPlane::startServing, THREADS);
            CompletableFuture<Void> controllers = serving.thenRunAsync(cluster.controlPlane::startControllers, THREADS);
            List<CompletableFuture<Void>> booting = NODES.stream()
                    .map(cluster::newNode)
                    .map(node -> CompletableFuture.runAsync(node.host()::boot, THREADS)
                            // A kubelet that finds no API server waits longer each time.
                            .thenRunAsync(serving::join, THREADS)
                            .thenRunAsync(node::startKubelet, THREADS)
                            .thenRunAsync(node::awaitReady, THREADS))
                    .toList();
            join(controllers);
            booting.forEach(Cluster::join);
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    public ControlPlane controlPlane() {
        return controlPlane;
    }

    public List<ClusterNode> nodes() {
        return List.copyOf(nodes);
    }

    public ClusterNode node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node is called " + name));
    }

    /** A node more, with an empty disk; waits until it is Ready. */
    public ClusterNode join(String name) {
        ClusterNode node = newNode(name);
        node.boot();
        return node;
    }

    /** Takes a node away for ever: its power, its disk and its Node object. */
    public void remove(String name) {
        ClusterNode node = node(name);
        node.close();
        nodes.remove(node);
        controlPlane.client().nodes().withName(name).delete();
    }

    @Override
    public void close() {
        nodes.forEach(ClusterNode::close);
        nodes.clear();
        controlPlane.close();
        network.release();
    }

    private ClusterNode newNode(String name) {
        joined++;
        ClusterNode node = ClusterNode.unpowered(enclosure, controlPlane, network, name, joined);
        nodes.add(node);
        return node;
    }

    private static void join(CompletableFuture<Void> work) {
        try {
            work.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
