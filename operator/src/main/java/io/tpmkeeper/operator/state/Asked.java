package io.tpmkeeper.operator.state;

import io.tpmkeeper.api.LossReason;
import io.tpmkeeper.api.VmTpmState;
import io.tpmkeeper.api.VmTpmStateStatus;
import io.tpmkeeper.protocol.Decision;
import io.tpmkeeper.protocol.operator.Finding;
import io.tpmkeeper.protocol.operator.World;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a person is asked, with the command that answers it. */
final class Asked {
    private Asked() {}

    /** What was written down for this very finding: what is shown is what can be consented to. */
    static VmTpmStateStatus.@Nullable PendingDecision of(VmTpmState state, World world, List<Finding> findings) {
        return findings.stream()
                .findFirst()
                .filter(f -> f.reason().isDecision())
                .map(f -> {
                    String reason = f.reason().word();
                    Decision asked = world.status().decision();
                    List<VmTpmStateStatus.Option> options =
                            asked == null || !asked.reason().equals(reason)
                                    ? List.of()
                                    : asked.options().stream()
                                            .map(o -> new VmTpmStateStatus.Option(o.of(), o.message()))
                                            .toList();
                    String how = options.isEmpty()
                            ? ""
                            : " To choose, copy the 'of' of an option: kubectl patch vmtpmstate -n %s %s --type merge -p '{\"spec\":{\"acceptLoss\":{\"reason\":\"%s\",\"of\":\"OF\"}}}'"
                                    .formatted(
                                            state.getMetadata().getNamespace(),
                                            state.getMetadata().getName(),
                                            reason);
                    return new VmTpmStateStatus.PendingDecision(
                            LossReason.valueOf(f.reason().name()), f.message() + how, options);
                })
                .orElse(null);
    }
}
