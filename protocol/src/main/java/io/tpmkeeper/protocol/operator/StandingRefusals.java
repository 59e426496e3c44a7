package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Holder;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What refused starts were refused for. A start waits for seconds and what keeps it from going on lasts, so it is said until
 * the node starts the domain, or until a start there would not be refused for it any more: a condition that came with the
 * question does not go with the end of the wait.
 */
final class StandingRefusals {
    private StandingRefusals() {}

    static Verdict consider(World world, Holder holder, MayMove mayMove) {
        Optional<Finding> first = Optional.empty();
        for (NodeView node : world.nodes().values()) {
            Optional<String> reason = node.refusedFor();
            if (reason.isEmpty()) {
                continue;
            }
            switch (mayMove.judge(world, holder, node)) {
                case MayMove.Judgement.Stopped(Finding finding)
                when finding.reason().word().equals(reason.get()) -> first = first.or(() -> Optional.of(finding));
                case MayMove.Judgement.Wait ignored -> {}
                case MayMove.Judgement.AskFirst ignored -> {}
                case MayMove.Judgement.Stopped ignored -> {
                    return forget(node);
                }
                case MayMove.Judgement.Yes ignored -> {
                    return forget(node);
                }
                case MayMove.Judgement.No ignored -> {
                    return forget(node);
                }
                case MayMove.Judgement.NeverTaken ignored -> {
                    return forget(node);
                }
                case MayMove.Judgement.PassOver ignored -> {
                    return forget(node);
                }
            }
        }
        return new Verdict(List.of(), first);
    }

    /** Should the same thing happen again, nobody has asked since. */
    private static Verdict forget(NodeView node) {
        return Verdict.act(
                new Step.WriteGrant(Objects.requireNonNull(node.grant()).withAnswer(null)));
    }
}
