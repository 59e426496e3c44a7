package io.tpmkeeper.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tpmkeeper.protocol.DeletionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {
    private static final VmTpmClassSpec SILENT = new VmTpmClassSpec(null, null, null, null, null, null, null);

    @Test
    void whatAClassLeavesOutIsAsInTheBuiltInPolicy() {
        EffectivePolicy policy = EffectivePolicy.of("silent", SILENT);

        assertThat(policy.className()).isEqualTo("silent");
        assertThat(policy)
                .usingRecursiveComparison()
                .ignoringFields("className")
                .isEqualTo(EffectivePolicy.BUILT_IN);
    }

    @Test
    void aClassThatChangesOneNumberKeepsTheOthers() {
        VmTpmClassSpec spec =
                new VmTpmClassSpec(null, null, null, new VmTpmClassSpec.Retention(9, null, 0), null, null, null);

        assertThat(EffectivePolicy.of("c", spec).retention()).isEqualTo(new EffectivePolicy.Retention(9, 7, 0));
    }

    @Test
    void aClassThatAllowsOnlyDeleteHasItAsItsDefault() {
        EffectivePolicy policy = EffectivePolicy.of("c", deletion(null, DeletionPolicy.DELETE));

        assertThat(policy.deletionPolicy()).isEqualTo(DeletionPolicy.DELETE);
        assertThat(policy.allows(DeletionPolicy.RETAIN)).isFalse();
        assertThat(policy.allows(null)).isTrue();
    }

    @Test
    void theVmTpmStatesOwnWishGoesBeforeTheClass() {
        EffectivePolicy policy =
                EffectivePolicy.of("c", deletion(DeletionPolicy.RETAIN, DeletionPolicy.RETAIN, DeletionPolicy.DELETE));

        assertThat(policy.with(DeletionPolicy.DELETE).deletionPolicy()).isEqualTo(DeletionPolicy.DELETE);
        assertThat(policy.with(null)).isEqualTo(policy);
    }

    @Test
    void nodesAreChosenAsALabelSelectorChooses() {
        Map<String, String> labels = Map.of("zone", "a", "tpm", "yes");

        assertThat(NodeSelector.ALL.matches(Map.of())).isTrue();
        assertThat(selector("zone", NodeSelector.Operator.IN, "a", "b").matches(labels))
                .isTrue();
        assertThat(selector("zone", NodeSelector.Operator.IN, "b").matches(labels))
                .isFalse();
        assertThat(selector("rack", NodeSelector.Operator.IN, "b").matches(labels))
                .isFalse();
        assertThat(selector("rack", NodeSelector.Operator.NOT_IN, "b").matches(labels))
                .isTrue();
        assertThat(selector("zone", NodeSelector.Operator.NOT_IN, "a").matches(labels))
                .isFalse();
        assertThat(selector("zone", NodeSelector.Operator.EXISTS).matches(labels))
                .isTrue();
        assertThat(selector("rack", NodeSelector.Operator.EXISTS).matches(labels))
                .isFalse();
        assertThat(selector("rack", NodeSelector.Operator.DOES_NOT_EXIST).matches(labels))
                .isTrue();
        assertThat(new NodeSelector(Map.of("zone", "b"), List.of()).matches(labels))
                .isFalse();
        assertThat(new NodeSelector(Map.of("zone", "a"), List.of()).matches(labels))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"10m,600", "1h30m,5400", "90s,90", "2h0m1s,7201"})
    void aLengthOfTimeIsReadAsKubernetesUsersWriteIt(String text, long seconds) {
        assertThat(new Interval(text).length()).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "m", "30m1h", "-5m", "1.5h", "5 m"})
    void whatIsNoLengthOfTimeIsRefused(String text) {
        assertThatThrownBy(() -> new Interval(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static NodeSelector selector(String key, NodeSelector.Operator operator, String... values) {
        return new NodeSelector(Map.of(), List.of(new NodeSelector.Requirement(key, operator, List.of(values))));
    }

    private static VmTpmClassSpec deletion(
            @org.jspecify.annotations.Nullable DeletionPolicy standard, DeletionPolicy... allowed) {
        return new VmTpmClassSpec(
                null, null, null, null, new VmTpmClassSpec.DeletionPolicies(standard, List.of(allowed)), null, null);
    }
}
