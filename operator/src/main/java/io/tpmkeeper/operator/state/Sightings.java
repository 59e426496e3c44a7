package io.tpmkeeper.operator.state;

import io.tpmkeeper.api.VmTpmNode;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.operator.node.Cluster;
import io.tpmkeeper.protocol.operator.Claims;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a domain was seen, by the nodes' inventories. */
public final class Sightings {
    private final Cluster cluster;

    public Sightings(Cluster cluster) {
        this.cluster = cluster;
    }

    List<Claims.Sighting> of(String domainUuid) {
        return cluster.inventories().stream().flatMap(n -> on(n, domainUuid)).toList();
    }

    private static Stream<Claims.Sighting> on(VmTpmNode node, String domainUuid) {
        VmTpmNodeStatus status = node.getStatus();
        return status == null
                ? Stream.empty()
                : status.domain(domainUuid).stream().flatMap(d -> known(node, d));
    }

    private static Stream<Claims.Sighting> known(VmTpmNode node, VmTpmNodeStatus.Domain domain) {
        return domain.name() == null
                ? Stream.empty()
                : Stream.of(new Claims.Sighting(
                        node.getMetadata().getName(),
                        domain.name(),
                        domain.ownerNamespace(),
                        domain.tpm(),
                        domain.tpm() ? null : whyNot(domain)));
    }

    /** A TPM that the agent cannot keep (version 1.2, passed through): its own sentence. */
    private static @Nullable String whyNot(VmTpmNodeStatus.Domain domain) {
        return domain.facts() == null ? null : domain.facts().unsupported();
    }
}
