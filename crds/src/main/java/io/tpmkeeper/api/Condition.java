package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A condition as Kubernetes defines it. Type and reason are strings here, not {@link ConditionType} and {@link Reason}: one that
 * a newer operator wrote must not keep an older one from reading the object.
 *
 * @param lastTransitionTime when {@code status} last changed; RFC 3339
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Condition(
        String type,
        Status status,
        @Nullable Long observedGeneration,
        String lastTransitionTime,
        String reason,
        String message) {

    /** A condition's status. */
    public enum Status {
        @JsonProperty("True")
        TRUE,
        @JsonProperty("False")
        FALSE,
        @JsonProperty("Unknown")
        UNKNOWN
    }

    public boolean is(ConditionType other) {
        return type.equals(other.toString());
    }

    public boolean isFor(Reason other) {
        return reason.equals(other.toString());
    }

    static Optional<Condition> find(List<Condition> conditions, ConditionType type) {
        return conditions.stream().filter(c -> c.is(type)).findFirst();
    }
}
