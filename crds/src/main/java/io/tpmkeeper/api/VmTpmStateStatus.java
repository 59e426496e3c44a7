package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Trigger;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the operator says of one virtual machine's state. It is sent whole each time: a field left out is removed. All times are
 * RFC 3339 in UTC.
 *
 * @param observedGeneration of the spec that was looked at; -1 until the first look
 * @param domainUUID of the domain that the target turned out to be
 * @param requestedCapture the answer to the capture that was asked for last
 * @param pendingDecision what a person must decide, if anything
 * @param effectivePolicy the policy as it was resolved
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record VmTpmStateStatus(
        long observedGeneration,
        @Nullable String domainUUID,
        @Nullable Host host,
        @Nullable Generation current,
        @Nullable Kept kept,
        @Nullable LastCapture lastCapture,
        @Nullable RequestedCapture requestedCapture,
        @Nullable PendingDecision pendingDecision,
        @Nullable EffectivePolicy effectivePolicy,
        List<Condition> conditions) {

    /** Before the operator's first look: what the schema's default says. */
    public static final VmTpmStateStatus EMPTY =
            new VmTpmStateStatus(-1, null, null, null, null, null, null, null, null, List.of());

    public VmTpmStateStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /**
     * @param node that has the line; null with {@link HostState#NONE}
     * @param since when the state became what it is
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Host(
            @Nullable String node,
            HostState state,
            @Nullable String since) {}

    /**
     * The newest saved state.
     *
     * @param generation counts up from 1
     * @param capturedAt when this content was first captured
     * @param confirmedAt when a capture last had this content
     * @param source what was read: {@code Primary}, {@code Fallback} or {@code Mixed}
     * @param secretName of the generation Secret, in the namespace of the VmTpmState
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Generation(
            long generation,
            Digest digest,
            String capturedAt,
            String confirmedAt,
            Trigger trigger,
            @Nullable String node,
            @Nullable String source,
            String secretName) {}

    /** The generations in the cluster. @param oldest when the oldest was captured */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Kept(int count, @Nullable String oldest) {}

    /**
     * The capture that ended last.
     *
     * @param message what happened and what to do; null when nothing is to be said
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record LastCapture(
            CaptureResult result,
            @Nullable String node,
            @Nullable Trigger trigger,
            String finishedAt,
            @Nullable String message,
            List<Step> steps) {
        public LastCapture {
            steps = steps == null ? List.of() : List.copyOf(steps);
        }
    }

    /** @param message why it failed, or what is worth knowing */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Step(
            CaptureStep name, StepResult result, @Nullable String message) {}

    /**
     * What became of the capture that the annotation {@link ApiGroup#CAPTURE_REQUEST_ANNOTATION} asks for.
     *
     * @param request the annotation's value
     * @param message what happened and what to do
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record RequestedCapture(String request, CaptureResult result, String message, String finishedAt) {}

    /** @param options what can be accepted; each is consented to by a copy of its {@code of} in {@code spec.acceptLoss} */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PendingDecision(LossReason reason, String message, List<Option> options) {
        public PendingDecision {
            options = options == null ? List.of() : List.copyOf(options);
        }
    }

    /** @param of node/epoch/run/random id. @param message what is lost by it */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Option(String of, String message) {}

    public Optional<Condition> condition(ConditionType type) {
        return Condition.find(conditions, type);
    }
}
