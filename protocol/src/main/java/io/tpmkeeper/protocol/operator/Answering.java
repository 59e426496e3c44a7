package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.GrantSpec;

/** Tells a start that waits why it is not served, so that the hook's refusal can say it. */
final class Answering {
    private Answering() {}

    static Verdict answer(World world, NodeView to, String why) {
        GrantSpec grant = to.grant();
        if (grant == null || to.facts().request() == null) {
            return Verdict.NOTHING;
        }
        var answer = new GrantSpec.Answer(to.facts().request().id(), why);
        return answer.equals(grant.answer())
                ? Verdict.NOTHING
                : Verdict.act(new Step.WriteGrant(grant.withAnswer(answer)));
    }
}
