package io.tpmkeeper.operator.policy;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The class that the installation brings: made where none of its name is there, and its administrator's from then on. */
public final class DefaultClass {
    private static final Logger LOG = LoggerFactory.getLogger(DefaultClass.class);
    private static final int ALREADY_EXISTS = 409;

    private final KubernetesClient client;
    private final Path file;

    /** @param file one VmTpmClass in YAML */
    public DefaultClass(KubernetesClient client, Path file) {
        this.client = client;
        this.file = file;
    }

    /** One that is refused is named and left out: the built-in policy then holds. */
    public void make() {
        try (InputStream yaml = Files.newInputStream(file)) {
            for (HasMetadata policy : client.load(yaml).items()) {
                create(policy);
            }
        } catch (IOException e) {
            LOG.atError().addKeyValue("cause", e.toString()).log("the default class cannot be read");
        }
    }

    private void create(HasMetadata policy) {
        String name = policy.getMetadata().getName();
        try {
            client.resource(policy).create();
            LOG.atInfo().addKeyValue("class", name).log("default class made");
        } catch (KubernetesClientException e) {
            if (e.getCode() != ALREADY_EXISTS) {
                LOG.atError()
                        .addKeyValue("class", name)
                        .addKeyValue("cause", e.getMessage())
                        .log("the default class was not made; the built-in policy holds");
            }
        }
    }
}
