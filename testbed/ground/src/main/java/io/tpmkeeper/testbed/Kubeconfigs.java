package io.tpmkeeper.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Writes the kubeconfigs of one control plane, each a file of its own. */
final class Kubeconfigs {
    private final Path directory;
    private final String url;
    private final Pki pki;
    private final AtomicInteger written = new AtomicInteger();

    Kubeconfigs(Path directory, String url, Pki pki) {
        this.directory = directory;
        this.url = url;
        this.pki = pki;
    }

    Path withCertificate(String user, List<String> groups) {
        String name = newName();
        Pki.KeyPair pair = pki.client(name, user, groups);
        return write(
                name,
                "{client-certificate-data: %s, client-key-data: %s}"
                        .formatted(pair.certificateBase64(), pair.keyBase64()));
    }

    Path withToken(String token) {
        return write(newName(), "{token: %s}".formatted(token));
    }

    private String newName() {
        return "identity-" + written.incrementAndGet();
    }

    private Path write(String name, String user) {
        try {
            return Files.writeString(
                    directory.resolve(name + ".kubeconfig"), """
                    apiVersion: v1
                    kind: Config
                    clusters: [{name: testbed, cluster: {server: "%s", certificate-authority-data: %s}}]
                    users: [{name: user, user: %s}]
                    contexts: [{name: testbed, context: {cluster: testbed, user: user}}]
                    current-context: testbed
                    """.formatted(url, Pki.base64(pki.authority()), user));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
