package io.tpmkeeper.protocol.operator;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All verbs in their fixed order. The first that acts ends the pass: the world is observed anew after each write, so that no
 * decision ever builds on what another one has just changed.
 */
public final class Decisions {
    /**
     * What one pass decided.
     *
     * @param steps to take now, in this order; empty: nothing to do until something changes
     * @param findings what keeps the domain from going on, the most important first
     */
    public record Outcome(List<Step> steps, List<Finding> findings) {}

    private Decisions() {}

    /** @param guardLabel the guard's word that the record bears now */
    public static Outcome decide(World world, @Nullable String guardLabel) {
        List<Verb> verbs = List.of(
                new Acknowledge(),
                new Index(guardLabel),
                new Project(),
                new KeepCurrent(),
                new Promote(),
                new Confirm(),
                new RolledBack(),
                new Delete(),
                new Adopt(),
                new Move(),
                new Deliver(),
                new Forks(),
                new LostLine(),
                new Prune());
        return inOrder(verbs, world);
    }

    private static Outcome inOrder(List<Verb> verbs, World world) {
        List<Finding> findings = new ArrayList<>();
        for (Verb verb : verbs) {
            Verdict verdict = verb.consider(world);
            verdict.finding().ifPresent(findings::add);
            if (verdict.acts() || findings.stream().anyMatch(Decisions::endsThePass)) {
                return new Outcome(verdict.steps(), sorted(findings));
            }
        }
        return new Outcome(List.of(), sorted(findings));
    }

    /** After a rollback nothing may be given or taken; what was captured is still saved, by the verbs before. */
    private static boolean endsThePass(Finding finding) {
        return finding.reason() == Finding.Reason.ROLLED_BACK;
    }

    private static List<Finding> sorted(List<Finding> findings) {
        return findings.stream()
                .sorted((a, b) -> a.reason().compareTo(b.reason()))
                .toList();
    }
}
