package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Guard;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the class lets happen, resolved: the part that decisions need.
 *
 * @param retention how many generations stay
 * @param onHostLoss standing consent to lose what a dead host had not saved
 * @param liveInterval so many seconds lie between two captures of a running domain; null: there are none
 * @param deletion what a deletion of the VmTpmState does with the generations
 */
public record Policy(
        Guard guard,
        Retention retention,
        OnHostLoss onHostLoss,
        @Nullable Long liveInterval,
        DeletionPolicy deletion,
        Set<String> claimWithoutProof) {
    public Policy {
        claimWithoutProof = Set.copyOf(claimWithoutProof);
    }
}
