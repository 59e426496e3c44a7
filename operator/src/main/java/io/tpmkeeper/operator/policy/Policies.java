package io.tpmkeeper.operator.policy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.api.EffectivePolicy;
import io.tpmkeeper.api.VmTpmClass;
import io.tpmkeeper.api.VmTpmClassSpec;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.operator.OnHostLoss;
import io.tpmkeeper.protocol.operator.Policy;
import io.tpmkeeper.protocol.operator.Retention;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Resolves which policy rules a VmTpmState: its class, else the newest default class, else what is built in. */
public final class Policies {
    private final KubernetesClient client;

    public Policies(KubernetesClient client) {
        this.client = client;
    }

    /** Of a resolution. */
    public sealed interface Resolved {
        record Found(EffectivePolicy policy, Set<String> claimWithoutProof) implements Resolved {}

        record NoSuchClass(String name) implements Resolved {}
    }

    /** Every class, as it is now. */
    public List<VmTpmClass> classes() {
        return client.resources(VmTpmClass.class).list().getItems();
    }

    public Resolved resolve(@Nullable String className) {
        return className == null ? byDefault(classes()) : named(className);
    }

    /**
     * The same by classes that were read beside the VmTpmState and not after it. One that was made meanwhile is no reason to say that
     * there is none.
     */
    public Resolved resolve(@Nullable String className, List<VmTpmClass> beside) {
        return className == null
                ? byDefault(beside)
                : beside.stream()
                        .filter(c -> c.getMetadata().getName().equals(className))
                        .findFirst()
                        .map(Policies::found)
                        .orElseGet(() -> named(className));
    }

    private Resolved named(String className) {
        VmTpmClass named =
                client.resources(VmTpmClass.class).withName(className).get();
        return named == null ? new Resolved.NoSuchClass(className) : found(named);
    }

    /**
     * The policy of a record. A class that has gone leaves the built-in policy: never a weaker guard by accident.
     *
     * @param state the owner's VmTpmState; null: it has gone
     */
    EffectivePolicy ofClass(@Nullable String className) {
        return resolve(className) instanceof Resolved.Found found ? found.policy() : EffectivePolicy.BUILT_IN;
    }

    /** The policy that rules a record: its owner's, or that of the last owner. */
    public EffectivePolicy ofRecord(@Nullable VmTpmState state, RecordSpec spec) {
        if (state == null) {
            return ofClass(spec.retained() == null ? null : spec.retained().className());
        }
        EffectivePolicy policy = ofClass(state.getSpec().className());
        return policy.allows(state.getSpec().deletionPolicy())
                ? policy.with(state.getSpec().deletionPolicy())
                : policy;
    }

    public Policy forDecisions(EffectivePolicy policy) {
        return new Policy(
                policy.startGuard().guard(),
                retention(policy),
                onHostLoss(policy.onHostLoss()),
                policy.liveCapture().enabled()
                        ? policy.liveCapture().minInterval().length().toSeconds()
                        : null,
                policy.deletionPolicy(),
                Set.of());
    }

    private static OnHostLoss onHostLoss(VmTpmClassSpec.OnHostLoss rule) {
        return switch (rule.mode()) {
            case NEVER -> new OnHostLoss(OnHostLoss.When.NEVER, 0);
            case WHEN_FENCED -> OnHostLoss.WHEN_FENCED;
            // The schema asks for a time with After.
            case AFTER ->
                rule.after() == null
                        ? OnHostLoss.WHEN_FENCED
                        : new OnHostLoss(
                                OnHostLoss.When.AFTER, rule.after().length().toSeconds());
        };
    }

    private static Retention retention(EffectivePolicy policy) {
        EffectivePolicy.Retention wish = policy.retention();
        return new Retention(wish.keepLast(), wish.keepDaily(), wish.keepWeekly());
    }

    private static Resolved found(VmTpmClass named) {
        VmTpmClassSpec spec = named.getSpec();
        Set<String> trusted = spec.claimWithoutProof() == null
                ? Set.of()
                : Set.copyOf(spec.claimWithoutProof().namespaces());
        return new Resolved.Found(EffectivePolicy.of(named.getMetadata().getName(), spec), trusted);
    }

    /** As with StorageClass: of several the newest wins, and of those made at once the first by name. */
    private static Resolved byDefault(List<VmTpmClass> all) {
        return all.stream()
                .filter(c -> c.getMetadata().getAnnotations() != null
                        && "true".equals(c.getMetadata().getAnnotations().get(ApiGroup.DEFAULT_CLASS_ANNOTATION)))
                .min(Comparator.comparing((VmTpmClass c) -> c.getMetadata().getCreationTimestamp())
                        .reversed()
                        .thenComparing(c -> c.getMetadata().getName()))
                .map(Policies::found)
                .orElse(new Resolved.Found(EffectivePolicy.BUILT_IN, Set.of()));
    }
}
