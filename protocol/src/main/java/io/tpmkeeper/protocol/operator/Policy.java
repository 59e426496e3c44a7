package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Guard;
import java.util.Set;

/**
 * What the class lets happen, resolved: the part that decisions need.
 *
 * @param retention how many generations stay
 * @param deletion what a deletion of the VmTpmState does with the generations
 */
public record Policy(Guard guard, Retention retention, DeletionPolicy deletion, Set<String> claimWithoutProof) {
    public Policy {
        claimWithoutProof = Set.copyOf(claimWithoutProof);
    }
}
