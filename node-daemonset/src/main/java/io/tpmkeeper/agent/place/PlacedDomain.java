package io.tpmkeeper.agent.place;

import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import org.jspecify.annotations.Nullable;

/**
 * A domain as its place describes it.
 *
 * @param uuid in lower case
 * @param paths its name and files; without a TPM directory where it has no TPM that can be kept
 * @param ownerNamespace what its metadata says; the proof of a claim
 * @param refused why its TPM cannot be kept, in a sentence; null: it can, or it has none
 */
public record PlacedDomain(
        String uuid,
        DomainPaths paths,
        Activity activity,
        @Nullable String ownerNamespace,
        @Nullable String refused) {

    public boolean hasTpm() {
        return paths.tpm() != null;
    }

    public PlacedDomain with(Activity now) {
        return new PlacedDomain(uuid, paths, now, ownerNamespace, refused);
    }
}
