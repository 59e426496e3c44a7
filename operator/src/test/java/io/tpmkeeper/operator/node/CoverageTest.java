package io.tpmkeeper.operator.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.api.VmTpmNodeStatus.Indexed;
import io.tpmkeeper.protocol.Guard;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A host that may not know that a domain is protected is named; one that knows, or had no time yet to know, is not. */
class CoverageTest {
    private static final String VM = "5f0c6f0e-0000-4000-8000-000000000001";
    private static final String OTHER = "5f0c6f0e-0000-4000-8000-000000000002";
    private static final Indexed EMPTY = Indexed.of(new TreeMap<>());
    private static final Indexed WITH_VM = Indexed.of(new TreeMap<>(Map.of(VM, Guard.ENFORCE)));
    private static final Indexed WITH_BOTH = Indexed.of(new TreeMap<>(Map.of(VM, Guard.ENFORCE, OTHER, Guard.ENFORCE)));

    private final AtomicLong now = new AtomicLong();
    private final Coverage coverage = new Coverage(now::get);

    private void patienceEnds() {
        now.addAndGet(Coverage.PATIENCE.toNanos());
    }

    @Test
    void aHostThatDoesNotTakeItUpIsNamedOnceItHadTheTime() {
        coverage.complete();
        coverage.reported("a", EMPTY);
        patienceEnds();
        coverage.observe(VM, Guard.ENFORCE);
        assertThat(coverage.isUnaware("a", VM)).isFalse();
        patienceEnds();
        assertThat(coverage.isUnaware("a", VM)).isTrue();

        assertThat(coverage.reported("a", WITH_VM)).as("to be said anew").containsExactly(VM);
        assertThat(coverage.isUnaware("a", VM)).isFalse();
    }

    @Test
    void whatItKnowsOfIsNotDoubtedWhenAnotherDomainComes() {
        coverage.complete();
        coverage.observe(VM, Guard.ENFORCE);
        coverage.reported("a", WITH_VM);
        coverage.observe(OTHER, Guard.ENFORCE);
        patienceEnds();
        assertThat(coverage.isUnaware("a", VM)).isFalse();
        assertThat(coverage.isUnaware("a", OTHER)).isTrue();
    }

    @Test
    void aHostThatIsBehindInAStreamOfChangesIsKnownByTheStateThatItHas() {
        coverage.complete();
        coverage.reported("a", EMPTY);
        coverage.observe(VM, Guard.ENFORCE);
        coverage.observe(OTHER, Guard.ENFORCE);
        patienceEnds();
        coverage.reported("a", WITH_VM);
        assertThat(coverage.isUnaware("a", VM)).isFalse();
        assertThat(coverage.isUnaware("a", OTHER)).isTrue();
    }

    @Test
    void aHostThatIsAheadOfTheOperatorsOwnWatchCounts() {
        coverage.complete();
        coverage.observe(VM, Guard.ENFORCE);
        coverage.reported("a", WITH_BOTH);
        coverage.observe(OTHER, Guard.ENFORCE);
        patienceEnds();
        assertThat(coverage.isUnaware("a", VM)).isFalse();
        assertThat(coverage.isUnaware("a", OTHER)).isFalse();
    }

    @Test
    void anotherGuardIsTakenUpLikeANewDomain() {
        coverage.observe(VM, Guard.WARN);
        coverage.complete();
        coverage.reported("a", Indexed.of(new TreeMap<>(Map.of(VM, Guard.WARN))));
        coverage.observe(VM, Guard.ENFORCE);
        patienceEnds();
        assertThat(coverage.isUnaware("a", VM)).isTrue();
    }

    @Test
    void aHostThatReportsNoIndexKnowsOfNothing() {
        coverage.observe(VM, Guard.ENFORCE);
        coverage.complete();
        coverage.reported("a", WITH_VM);
        coverage.reported("a", null);
        patienceEnds();
        assertThat(coverage.isUnaware("a", VM)).isTrue();
    }

    @Test
    void anAgentThatHasJustComeHasTheTimeToTakeItUp() {
        coverage.observe(VM, Guard.ENFORCE);
        coverage.complete();
        patienceEnds();
        coverage.reported("a", null);
        assertThat(coverage.isUnaware("a", VM)).isFalse();
        patienceEnds();
        assertThat(coverage.isUnaware("a", VM)).isTrue();
    }

    @Test
    void toANewLeaderAHostWithAnOlderIndexMayLackAnyOfThem() {
        coverage.reported("a", WITH_VM);
        coverage.observe(VM, Guard.ENFORCE);
        coverage.observe(OTHER, Guard.ENFORCE);
        coverage.complete();
        patienceEnds();
        assertThat(coverage.isUnaware("a", VM)).isTrue();
        assertThat(coverage.isUnaware("a", OTHER)).isTrue();
    }

    @Test
    void aNodeThatIsGoneAndADomainThatIsNotProtectedAreNotSpokenOf() {
        coverage.complete();
        coverage.reported("a", EMPTY);
        coverage.observe(VM, Guard.ENFORCE);
        coverage.observe(OTHER, Guard.ENFORCE);
        coverage.observe(OTHER, null);
        patienceEnds();
        assertThat(coverage.isUnaware("a", OTHER)).isFalse();
        coverage.forget("a");
        assertThat(coverage.isUnaware("a", VM)).isFalse();
    }
}
