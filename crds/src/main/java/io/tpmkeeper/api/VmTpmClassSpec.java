package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.tpmkeeper.protocol.DeletionPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An administrator's policy. What is left out is as in the built-in policy: see {@link EffectivePolicy}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record VmTpmClassSpec(
        @Nullable StartGuard startGuard,
        @Nullable OnHostLoss onHostLoss,
        @Nullable LiveCapture liveCapture,
        @Nullable Retention retention,
        @Nullable DeletionPolicies deletionPolicy,
        @Nullable NodeSelector allowedNodes,
        @Nullable ClaimWithoutProof claimWithoutProof) {

    /** Standing consent to lose what was not saved yet. @param after with {@link HostLossMode#AFTER}, and only with it */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record OnHostLoss(HostLossMode mode, @Nullable Interval after) {}

    /** Captures of a running domain. @param minInterval between two of one domain */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record LiveCapture(
            @Nullable Boolean enabled, @Nullable Interval minInterval) {}

    /** How many generations are kept, beside those that are current, pinned or referred to. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Retention(
            @Nullable Integer keepLast,
            @Nullable Integer keepDaily,
            @Nullable Integer keepWeekly) {}

    /** @param standard what holds where the VmTpmState says nothing. @param allowed what a VmTpmState may say */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record DeletionPolicies(
            @JsonProperty("default") @Nullable DeletionPolicy standard, List<DeletionPolicy> allowed) {
        public DeletionPolicies {
            allowed = allowed == null ? List.of() : List.copyOf(allowed);
        }
    }

    /** @param namespaces whose VmTpmStates may claim any UUID */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ClaimWithoutProof(List<String> namespaces) {
        public ClaimWithoutProof {
            namespaces = namespaces == null ? List.of() : List.copyOf(namespaces);
        }
    }
}
