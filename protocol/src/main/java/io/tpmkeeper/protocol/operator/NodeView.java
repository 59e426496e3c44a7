package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Refusal;
import io.tpmkeeper.protocol.Request;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One node as the operator sees it, for one domain.
 *
 * @param node its name
 * @param alive its agent renewed its Lease within 40 s of the operator's own clock
 * @param fenced it carries the out-of-service taint, or its Node object is gone
 * @param downFor seconds since its Node has been not ready and its agent silent, both, by the operator's own clock; 0: it is not so
 * @param allowed the class lets the domain start there
 * @param unaware the index that its host was known to have last may not name the domain as it is protected now, and an agent that works
 *     would have taken that up by now: a start there may not be checked
 * @param hostId as the node reports it now; null: it never did
 * @param answered number of the last question of this leader that the node answered; 0: none
 * @param grant its VmTpmGrant for this domain, if there is one
 * @param facts what it reports of this domain: of the grant, or of its inventory where there is none
 */
public record NodeView(
        String node,
        boolean alive,
        boolean fenced,
        long downFor,
        boolean allowed,
        boolean unaware,
        @Nullable String hostId,
        long answered,
        @Nullable GrantSpec grant,
        Facts facts) {

    /** The start that waits there, while somebody is there to be answered. */
    public Optional<Request> asks() {
        return alive ? Optional.ofNullable(facts.request()) : Optional.empty();
    }

    /** What the operator refused the last start there for, by its word, if that was more than this start: it stands until the next. */
    Optional<String> refusedFor() {
        Refusal refusal = facts.refusal();
        GrantSpec.Answer answer = grant == null ? null : grant.answer();
        if (refusal == null || refusal.passedBy() != null || answer == null) {
            return Optional.empty();
        }
        return Optional.ofNullable(answer.reason()).filter(r -> answer.request().equals(refusal.id()));
    }

    /**
     * The same host directory as the one that is meant: a node name can be used again. Both the facts and the node itself say
     * which it is; after a host directory was lost the facts are the old one's until the agent writes new ones.
     */
    public boolean isHost(String meant) {
        return meant.equals(facts.hostId()) && (hostId == null || meant.equals(hostId));
    }
}
