package io.tpmkeeper.testbed;

import java.util.List;
import java.util.stream.Stream;

/** What a control plane is told beyond what every one is: whether its nodes are mere objects or have kubelets. */
sealed interface ControlPlaneForm {
    /** The addresses of Services; the first is the API server's own. Reserved for tests, as is 198.18.0.0/16. */
    String SERVICES = "198.19.0.0/16";

    String API_SERVICE = "198.19.0.1";

    /** Where the API server listens. */
    String address();

    boolean hasScheduler();

    Stream<String> apiServer(Pki pki);

    Stream<String> controllers();

    /** On loopback; tests make the nodes and say whether they are ready. */
    record NodesAreObjects() implements ControlPlaneForm {
        @Override
        public String address() {
            return "127.0.0.1";
        }

        @Override
        public boolean hasScheduler() {
            return false;
        }

        @Override
        public Stream<String> apiServer(Pki pki) {
            return Stream.concat(
                    // A loopback address may not be an endpoint, and nobody asks for the service's.
                    Stream.of("--endpoint-reconciler-type=none"), serving(pki, address()));
        }

        @Override
        public Stream<String> controllers() {
            return Stream.of("--controllers=*,-node-lifecycle-controller");
        }
    }

    /** On an address that nodes and pods reach; kubelets speak for the nodes. */
    record NodesHaveKubelets(String address) implements ControlPlaneForm {
        @Override
        public boolean hasScheduler() {
            return true;
        }

        @Override
        public Stream<String> apiServer(Pki pki) {
            Pki.KeyPair toKubelets =
                    pki.client("kube-apiserver-kubelet-client", "kube-apiserver", List.of("system:masters"));
            return Stream.concat(
                    serving(pki, address),
                    Stream.of(
                            "--kubelet-client-certificate=" + toKubelets.certificate(),
                            "--kubelet-client-key=" + toKubelets.key(),
                            "--kubelet-certificate-authority=" + pki.authority(),
                            // Nobody resolves a node's name, so logs and exec go to its address.
                            "--kubelet-preferred-address-types=InternalIP",
                            "--allow-privileged",
                            "--default-not-ready-toleration-seconds=10",
                            "--default-unreachable-toleration-seconds=10"));
        }

        @Override
        public Stream<String> controllers() {
            // As quick as kubelets that report each 2 s allow: a dead node is NotReady after 12 s and not after 50.
            return Stream.of("--node-monitor-period=1s", "--node-monitor-grace-period=12s");
        }
    }

    private static Stream<String> serving(Pki pki, String address) {
        Pki.KeyPair serving = pki.serving(
                "kube-apiserver",
                "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:" + API_SERVICE
                        + ",IP:127.0.0.1,IP:" + address);
        return Stream.of("--tls-cert-file=" + serving.certificate(), "--tls-private-key-file=" + serving.key());
    }
}
