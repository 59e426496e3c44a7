package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.tpmkeeper.api.VmTpmClassSpec.OnHostLoss;
import io.tpmkeeper.protocol.DeletionPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The policy that rules one VmTpmState, with nothing left open.
 *
 * @param className null: the built-in policy
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EffectivePolicy(
        @Nullable String className,
        StartGuard startGuard,
        OnHostLoss onHostLoss,
        LiveCapture liveCapture,
        Retention retention,
        DeletionPolicy deletionPolicy,
        List<DeletionPolicy> allowedDeletionPolicies,
        @Nullable NodeSelector allowedNodes) {

    /** What holds where no class is named and none is the default. */
    public static final EffectivePolicy BUILT_IN = new EffectivePolicy(
            null,
            StartGuard.ENFORCE,
            new OnHostLoss(HostLossMode.WHEN_FENCED, null),
            new LiveCapture(true, new Interval("5m")),
            new Retention(5, 7, 4),
            DeletionPolicy.RETAIN,
            List.of(DeletionPolicy.RETAIN, DeletionPolicy.DELETE),
            NodeSelector.ALL);

    /** Captures of a running domain. @param minInterval between two of one domain */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record LiveCapture(boolean enabled, Interval minInterval) {
        LiveCapture changedBy(VmTpmClassSpec.@Nullable LiveCapture wish) {
            return wish == null
                    ? this
                    : new LiveCapture(or(wish.enabled(), enabled), or(wish.minInterval(), minInterval));
        }
    }

    /** How many generations are kept. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Retention(int keepLast, int keepDaily, int keepWeekly) {
        Retention changedBy(VmTpmClassSpec.@Nullable Retention wish) {
            return wish == null
                    ? this
                    : new Retention(
                            or(wish.keepLast(), keepLast),
                            or(wish.keepDaily(), keepDaily),
                            or(wish.keepWeekly(), keepWeekly));
        }
    }

    public EffectivePolicy {
        allowedDeletionPolicies = allowedDeletionPolicies == null ? List.of() : List.copyOf(allowedDeletionPolicies);
        allowedNodes = allowedNodes == null ? NodeSelector.ALL : allowedNodes;
    }

    /** A class's policy, with the built-in one where the class says nothing. */
    public static EffectivePolicy of(String className, VmTpmClassSpec spec) {
        VmTpmClassSpec.DeletionPolicies deletion = spec.deletionPolicy();
        List<DeletionPolicy> allowed = deletion == null || deletion.allowed().isEmpty()
                ? BUILT_IN.allowedDeletionPolicies
                : deletion.allowed();
        return new EffectivePolicy(
                className,
                or(spec.startGuard(), BUILT_IN.startGuard),
                or(spec.onHostLoss(), BUILT_IN.onHostLoss),
                BUILT_IN.liveCapture.changedBy(spec.liveCapture()),
                BUILT_IN.retention.changedBy(spec.retention()),
                or(deletion == null ? null : deletion.standard(), standard(allowed)),
                allowed,
                or(spec.allowedNodes(), NodeSelector.ALL));
    }

    /** The same for one VmTpmState's own wish; whether the wish {@link #allows is allowed} is for the caller to ask first. */
    public EffectivePolicy with(@Nullable DeletionPolicy wish) {
        return wish == null
                ? this
                : new EffectivePolicy(
                        className,
                        startGuard,
                        onHostLoss,
                        liveCapture,
                        retention,
                        wish,
                        allowedDeletionPolicies,
                        allowedNodes);
    }

    public boolean allows(@Nullable DeletionPolicy wish) {
        return wish == null || allowedDeletionPolicies.contains(wish);
    }

    /** Retain wherever it is allowed: what is kept by mistake can still be deleted. */
    private static DeletionPolicy standard(List<DeletionPolicy> allowed) {
        return allowed.contains(DeletionPolicy.RETAIN) ? DeletionPolicy.RETAIN : DeletionPolicy.DELETE;
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }
}
