package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.RecordSpec;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may have a domain's UUID. The record is the claim: making it, which needs proof, is atomic. */
public final class Claims {
    /**
     * A domain with this UUID on some node.
     *
     * @param name in that node's libvirt
     * @param ownerNamespace in the domain's metadata, if there is one
     * @param tpm whether it has a TPM that can be kept
     * @param unsupported why not, where it has one that cannot; null otherwise
     */
    public record Sighting(
            String node,
            String name,
            @Nullable String ownerNamespace,
            boolean tpm,
            @Nullable String unsupported) {}

    /**
     * What is known of the UUID.
     *
     * @param claimant the VmTpmState that wants it
     * @param record that exists for it, if one does
     * @param recordDeleting whether that record is being emptied
     * @param sightings on all nodes
     * @param claimWithoutProof namespaces that may claim any UUID
     */
    public record Situation(
            String domainUuid,
            Owner claimant,
            @Nullable RecordSpec record,
            boolean recordDeleting,
            List<Sighting> sightings,
            Set<String> claimWithoutProof) {}

    /** The decision. */
    public sealed interface Claim {
        /** It has it. @param sighting where the domain was seen; null: nowhere yet */
        record Bound(@Nullable Sighting sighting) implements Claim {}

        /** It may have it: make the record. */
        record Make(RecordSpec spec) implements Claim {}

        /** It may have it: the record is there, without an owner. */
        record TakeOver(RecordSpec spec) implements Claim {}

        /** Not now. @param reason CamelCase. @param waits whether it may come by itself */
        record Refused(String reason, String message, boolean waits) implements Claim {}
    }

    /** Every reason for which a claim is refused here. */
    public enum Why {
        DOMAIN_NOT_FOUND("DomainNotFound", true),
        DELETION_UNDER_WAY("DeletionUnderWay", true),
        CLAIMED_BY_ANOTHER("ClaimedByAnother", false),
        CLAIM_NOT_PROVEN("ClaimNotProven", false),
        NO_TPM("NoTpm", false);

        private final String word;
        private final boolean waits;

        Why(String word, boolean waits) {
            this.word = word;
            this.waits = waits;
        }

        public String word() {
            return word;
        }

        private Claim.Refused saying(String message) {
            return new Claim.Refused(word, message, waits);
        }
    }

    private Claims() {}

    public static Claim decide(Situation now) {
        RecordSpec record = now.record();
        if (record == null) {
            return withoutRecord(now);
        }
        Owner owner = record.owner();
        if (now.claimant().equals(owner)) {
            return new Claim.Bound(now.sightings().stream().findFirst().orElse(null));
        }
        RecordSpec.Retained retained = record.retained();
        boolean kept = owner == null
                && retained != null
                && retained.namespace().equals(now.claimant().namespace());
        if (kept && !now.recordDeleting()) {
            return new Claim.TakeOver(RecordSpec.ownedBy(now.claimant()));
        }
        if (kept || isMineMadeAgain(now.claimant(), owner)) {
            return Why.DELETION_UNDER_WAY.saying(
                    "The hosts are still being cleaned after the last VmTpmState for this domain; this one follows as soon as that is done.");
        }
        return Why.CLAIMED_BY_ANOTHER.saying(
                owner != null && owner.namespace().equals(now.claimant().namespace())
                        ? "VmTpmState %s already has the domain %s. Delete one of the two."
                                .formatted(owner.name(), now.domainUuid())
                        : "The domain %s belongs to a VmTpmState in another namespace, or its content is kept there. If the domain is yours, give it a UUID of its own (a clone must not keep its original's)."
                                .formatted(now.domainUuid()));
    }

    /**
     * For a VmTpmState that is being deleted, and has no record: it was lost. In a namespace that goes, what is saved could never go: the
     * finalizers that keep it are taken off in the name of a record. So it is made again, and the deletion does the rest.
     *
     * @param heldUp whether the VmTpmState's namespace is being deleted, and a generation of the domain there has that finalizer
     */
    public static Optional<RecordSpec> toLetGo(Owner owner, boolean heldUp) {
        return heldUp ? Optional.of(RecordSpec.ownedBy(owner)) : Optional.empty();
    }

    private static boolean isMineMadeAgain(Owner claimant, @Nullable Owner owner) {
        return owner != null
                && owner.namespace().equals(claimant.namespace())
                && owner.name().equals(claimant.name())
                && !owner.uid().equals(claimant.uid());
    }

    private static Claim withoutRecord(Situation now) {
        Claim.Make make = new Claim.Make(RecordSpec.ownedBy(now.claimant()));
        String namespace = now.claimant().namespace();
        boolean trusted = now.claimWithoutProof().contains(namespace);
        if (now.sightings().isEmpty()) {
            return trusted
                    ? make
                    : Why.DOMAIN_NOT_FOUND.saying(
                            "No node that reports has a domain with UUID %s yet. Define it (virsh define); nothing else is needed here."
                                    .formatted(now.domainUuid()));
        }
        List<Sighting> withTpm = now.sightings().stream().filter(Sighting::tpm).toList();
        Sighting seen = (withTpm.isEmpty() ? now.sightings() : withTpm).getFirst();
        if (withTpm.isEmpty()) {
            return Why.NO_TPM.saying("The domain %s on %s %s".formatted(seen.name(), seen.node(), whyNoTpm(seen)));
        }
        boolean proved = withTpm.stream().anyMatch(s -> namespace.equals(s.ownerNamespace()));
        return proved || trusted ? make : Why.CLAIM_NOT_PROVEN.saying(unproven(seen, namespace));
    }

    private static String whyNoTpm(Sighting seen) {
        return seen.unsupported() == null
                ? "has no TPM. Add <tpm><backend type='emulator' version='2.0'/></tpm> to it, or delete this VmTpmState."
                : "cannot be kept: " + seen.unsupported();
    }

    /** The message holds the very command, so that it can be run as printed. */
    private static String unproven(Sighting seen, String namespace) {
        return "The domain %s on %s does not say that it belongs to namespace %s. Run there: virsh metadata %s --uri https://tpmkeeper.io/domain/v1 --key tpmkeeper --set '<owner namespace=\"%s\"/>' --config"
                .formatted(seen.name(), seen.node(), namespace, quoted(seen.name()), namespace);
    }

    /** For a shell: a domain's name may hold anything but a slash and a newline. */
    private static String quoted(String name) {
        return name.matches("[A-Za-z0-9_.:@%+=,-]+") ? name : "'" + name.replace("'", "'\\''") + "'";
    }
}
