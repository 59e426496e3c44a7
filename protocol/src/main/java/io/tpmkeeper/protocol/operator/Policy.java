package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Guard;
import java.util.Set;

/**
 * What the class lets happen, resolved: the part that decisions need.
 *
 * @param keepLast how many generations stay, the current one included
 * @param deletion what a deletion of the VmTpmState does with the generations
 */
public record Policy(Guard guard, int keepLast, DeletionPolicy deletion, Set<String> claimWithoutProof) {
    public Policy {
        claimWithoutProof = Set.copyOf(claimWithoutProof);
    }
}
