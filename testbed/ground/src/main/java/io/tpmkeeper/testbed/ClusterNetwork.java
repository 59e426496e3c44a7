package io.tpmkeeper.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The network of one cluster: a bridge in the enclosure's network namespace, which routes between nodes and pods. Addresses are
 * from 198.18.0.0/16, which is reserved for tests; nothing outside the enclosure sees them.
 *
 * @param index tells the clusters of one enclosure apart
 */
record ClusterNetwork(int index) {
    private static final int CLUSTERS = 8;
    private static final int NETWORKS_EACH = 256 / CLUSTERS;

    /** Takes the first network that no other cluster has. */
    static ClusterNetwork claim() {
        for (int index = 0; index < CLUSTERS; index++) {
            ClusterNetwork network = new ClusterNetwork(index);
            // Fails if the bridge is there: whoever made it has this network.
            if (ip("link", "add", network.bridge(), "type", "bridge").succeeded()) {
                ip("address", "add", network.gateway() + "/24", "dev", network.bridge())
                        .orThrow();
                ip("link", "set", network.bridge(), "up").orThrow();
                forward();
                return network;
            }
        }
        throw new IllegalStateException("an enclosure has room for " + CLUSTERS + " clusters: close one first");
    }

    void release() {
        ip("link", "delete", bridge()).orThrow();
    }

    String bridge() {
        return "cluster" + index;
    }

    /** The enclosure's own address, on which the API server listens. */
    String gateway() {
        return address(0, 1);
    }

    /** Of the node with this number, from 1. */
    String node(int number) {
        return address(0, 10 + number);
    }

    /** The name of the end of the node's cable that is at the bridge. */
    String link(int number) {
        return bridge() + "-" + number;
    }

    String pods(int number) {
        if (number >= NETWORKS_EACH) {
            throw new IllegalStateException("a cluster has room for " + (NETWORKS_EACH - 1) + " nodes");
        }
        return address(number, 0) + "/24";
    }

    private String address(int network, int host) {
        return "198.18." + (index * NETWORKS_EACH + network) + "." + host;
    }

    private static void forward() {
        try {
            Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Result ip(String... arguments) {
        return Result.of(new ProcessBuilder(
                Stream.concat(Stream.of("ip"), Stream.of(arguments)).toList()));
    }
}
