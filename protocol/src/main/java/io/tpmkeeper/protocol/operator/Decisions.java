package io.tpmkeeper.protocol.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
     * @param verb name of the one that acts, one of {@link #verbs}; null: none does
     */
    public record Outcome(
            List<Step> steps,
            List<Finding> findings,
            @Nullable String verb) {}

    /** What comes after all verbs: a person is asked, or was. */
    private static final String DECIDE = "Decide";

    private Decisions() {}

    /** @param guardLabel the guard's word that the record bears now */
    public static Outcome decide(World world, @Nullable String guardLabel) {
        return firstThatActs(inOrder(guardLabel), world, true);
    }

    /**
     * The same while the API server takes no generation of this domain (a quota, an admission policy, missing rights): what would make
     * one is left out, and everything else goes on. What is not saved stays where it is, and every verb knows that it is not saved.
     */
    public static Outcome decideWithoutGenerations(World world, @Nullable String guardLabel) {
        return firstThatActs(inOrder(guardLabel), world, false);
    }

    /** The names of all verbs, in their order. */
    public static List<String> verbs() {
        return Stream.concat(inOrder(null).stream().map(Decisions::name), Stream.of(DECIDE))
                .toList();
    }

    static List<Verb> inOrder(@Nullable String guardLabel) {
        return List.of(
                new Acknowledge(),
                new Index(guardLabel),
                new Project(),
                new Rebuild(),
                new KeepCurrent(),
                new KeepReferred(),
                new Promote(),
                new Confirm(),
                new Withdraw(),
                new Reset(),
                new RolledBack(),
                new Delete(),
                new Adopt(),
                new Commit(),
                new Move(),
                new Deliver(),
                new VoidRun(),
                new Forks(),
                new LostLine(),
                new Prune());
    }

    private static String name(Verb verb) {
        return verb.getClass().getSimpleName();
    }

    private static Outcome firstThatActs(List<Verb> verbs, World world, boolean takesGenerations) {
        List<Finding> findings = new ArrayList<>();
        for (Verb verb : verbs) {
            Verdict verdict = verb.consider(world);
            verdict.finding().ifPresent(findings::add);
            if (verdict.acts() && (takesGenerations || !makesAGeneration(verdict.steps()))) {
                return new Outcome(verdict.steps(), sorted(findings), name(verb));
            }
            if (findings.stream().anyMatch(Decisions::endsThePass)) {
                break;
            }
        }
        List<Finding> all = Decide.waitsToBeSaved(world)
                ? Finding.withoutOffers(sorted(findings))
                : withCurrentOffered(world, sorted(findings));
        Verdict asked = Decide.consider(world, all);
        return new Outcome(asked.steps(), all, asked.acts() ? DECIDE : null);
    }

    /** Whether one of the steps needs the API server to take a generation. */
    public static boolean makesAGeneration(List<Step> steps) {
        return steps.stream().anyMatch(s -> s instanceof Step.MakeGeneration || s instanceof Step.CopyGeneration);
    }

    /** After a rollback nothing may be given or taken; what was captured is still saved, by the verbs before. */
    private static boolean endsThePass(Finding finding) {
        return finding.reason() == Finding.Reason.ROLLED_BACK;
    }

    private static List<Finding> withCurrentOffered(World world, List<Finding> findings) {
        return findings.stream()
                .map(f -> f.reason().isDecision() && !f.offers().isEmpty()
                        ? f.offering(Offers.withCurrent(world, f.offers()))
                        : f)
                .toList();
    }

    private static List<Finding> sorted(List<Finding> findings) {
        return findings.stream()
                .sorted((a, b) -> a.reason().compareTo(b.reason()))
                .toList();
    }
}
