package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.GrantSpec;
import org.jspecify.annotations.Nullable;

/** Tells a start that waits why it is not served, so that the hook's refusal can say it. */
final class Answering {
    private Answering() {}

    static Verdict answer(NodeView to, Finding why) {
        return answer(to, why.message(), why.reason().word());
    }

    static Verdict answer(NodeView to, String why) {
        return answer(to, why, null);
    }

    private static Verdict answer(NodeView to, String why, @Nullable String reason) {
        GrantSpec grant = to.grant();
        if (grant == null || to.facts().request() == null) {
            return Verdict.NOTHING;
        }
        var answer = new GrantSpec.Answer(to.facts().request().id(), why, reason);
        return answer.equals(grant.answer())
                ? Verdict.NOTHING
                : Verdict.act(new Step.WriteGrant(grant.withAnswer(answer)));
    }
}
