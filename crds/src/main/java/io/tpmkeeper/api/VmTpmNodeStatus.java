package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Guard;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a node's agent reports. Sent whole each time.
 *
 * @param hostId of the host directory; a node name that is used again is another host
 * @param clusterId of the cluster for which the host directory was made
 * @param freeBytes of the filesystem of the host directory
 * @param observedQuestion the question after which the inventory was taken
 * @param indexed the index that the host has on disk
 * @param domains every domain with a TPM, protected or not, and every one of which something lies in the host directory
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record VmTpmNodeStatus(
        @Nullable String hostId,
        @Nullable String clusterId,
        @Nullable String agentVersion,
        @Nullable Hook hook,
        @Nullable Long freeBytes,
        @Nullable String observedQuestion,
        @Nullable Indexed indexed,
        List<Condition> conditions,
        List<Domain> domains) {

    /** Before the agent's first report. */
    public static final VmTpmNodeStatus EMPTY =
            new VmTpmNodeStatus(null, null, null, null, null, null, null, List.of(), List.of());

    public VmTpmNodeStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
        domains = domains == null ? List.of() : List.copyOf(domains);
    }

    /** @param live whether libvirt was seen to call it. @param message what is wrong when it is not */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Hook(
            @Nullable String version,
            boolean live,
            @Nullable String message) {}

    /**
     * @param count of domains in it
     * @param digest SHA-256 in hex over its lines {@code <uuid> <guard>\n}, sorted: equal to that of the records, it covers them
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Indexed(long count, @Nullable String digest) {
        /** @param guards by UUID in lower case */
        public static Indexed of(SortedMap<String, Guard> guards) {
            MessageDigest digest;
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
            guards.forEach((uuid, guard) ->
                    digest.update((uuid + " " + guard.word() + "\n").getBytes(StandardCharsets.UTF_8)));
            return new Indexed(guards.size(), HexFormat.of().formatHex(digest.digest()));
        }
    }

    /**
     * @param uuid in lower case
     * @param name libvirt's; null where libvirt does not know the domain any more
     * @param ownerNamespace from the domain's metadata: the proof of a claim
     * @param tpm whether it has an emulated TPM
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Domain(
            String uuid,
            @Nullable String name,
            @Nullable String ownerNamespace,
            boolean tpm,
            @Nullable Facts facts) {}

    public Optional<Domain> domain(String uuid) {
        return domains.stream().filter(d -> d.uuid().equals(uuid)).findFirst();
    }
}
