package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The virtual machine that is meant: exactly one of the two, and never changed.
 *
 * @param domainUUID of a libvirt domain, in lower case
 * @param virtualMachine a KubeVirt VirtualMachine of the same namespace; refused until it is supported
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Target(@Nullable String domainUUID, @Nullable VirtualMachine virtualMachine) {

    /** A reference by name. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record VirtualMachine(String name) {}

    public static Target ofDomain(String uuid) {
        return new Target(uuid, null);
    }
}
