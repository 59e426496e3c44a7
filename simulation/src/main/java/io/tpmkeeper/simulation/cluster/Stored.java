package io.tpmkeeper.simulation.cluster;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.operator.World;
import org.jspecify.annotations.Nullable;

/** The objects that are kept in the cluster, each with what the simulation needs of it. */
public final class Stored {
    private Stored() {}

    /** The VmTpmRecord. @param version changes with each write. @param guard the label by which agents index it */
    public record Record(
            String uid,
            long version,
            RecordSpec spec,
            RecordStatus status,
            @Nullable String guard) {}

    /** A VmTpmGrant. @param reported null: the agent has not written its facts yet */
    public record Grant(GrantSpec spec, @Nullable Facts reported) {}

    /**
     * A VmTpmNode.
     *
     * @param question put by the operator
     * @param hostId and the rest: null, or nothing, before the agent reported
     * @param observed the question that was answered last
     * @param indexed the host's index on disk names the domain
     * @param seen the domain is defined there and has a TPM
     * @param facts of the domain; null while there is a grant for it
     */
    public record Node(
            @Nullable String question,
            @Nullable String hostId,
            @Nullable String observed,
            boolean indexed,
            boolean seen,
            @Nullable Facts facts) {
        public static final Node EMPTY = new Node(null, null, null, false, false, null);

        Node asked(String next) {
            return new Node(next, hostId, observed, indexed, seen, facts);
        }
    }

    /**
     * A VmTpmState.
     *
     * @param deleting whether its deletion was asked for; the operator's finalizer keeps it
     * @param accepted what its owner wrote into acceptLoss
     */
    public record State(Owner owner, DeletionPolicy policy, boolean deleting, World.@Nullable Accepted accepted) {}
}
