package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.tpmkeeper.protocol.DeletionPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What a user wants for one virtual machine.
 *
 * @param className of the VmTpmClass; null: the default class, else the built-in policy
 * @param deletionPolicy null: the class's default
 * @param acceptLoss consent to one named loss
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record VmTpmStateSpec(
        Target target,
        @Nullable String className,
        @Nullable DeletionPolicy deletionPolicy,
        @Nullable AcceptLoss acceptLoss) {

    public static VmTpmStateSpec ofDomain(String uuid) {
        return new VmTpmStateSpec(Target.ofDomain(uuid), null, null, null);
    }
}
