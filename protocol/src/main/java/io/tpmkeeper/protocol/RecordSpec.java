package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Who has the domain's UUID.
 *
 * @param owner null: nobody; its content is kept for adoption
 * @param retained what the last owner left, while there is no owner
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record RecordSpec(@Nullable Owner owner, @Nullable Retained retained) {
    /**
     * @param namespace the only one from which it can be adopted
     * @param name of the VmTpmState that left it; generations go on bearing it
     * @param className its class, which goes on ruling while a line is still held
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Retained(
            String namespace, String name, @Nullable String className) {}

    public static RecordSpec ownedBy(Owner owner) {
        return new RecordSpec(owner, null);
    }
}
