package io.tpmkeeper.protocol.operator;

import java.util.List;
import java.util.Optional;

/** What one verb says of the world: steps to take now, or a finding that explains why not, or neither. */
public record Verdict(List<Step> steps, Optional<Finding> finding) {
    public static final Verdict NOTHING = new Verdict(List.of(), Optional.empty());

    public static Verdict act(Step... steps) {
        return new Verdict(List.of(steps), Optional.empty());
    }

    public static Verdict act(List<Step> steps) {
        return new Verdict(List.copyOf(steps), Optional.empty());
    }

    public static Verdict found(Finding.Reason reason, String message) {
        return new Verdict(List.of(), Optional.of(new Finding(reason, message)));
    }

    static Verdict found(Finding finding) {
        return new Verdict(List.of(), Optional.of(finding));
    }

    public boolean acts() {
        return !steps.isEmpty();
    }
}
