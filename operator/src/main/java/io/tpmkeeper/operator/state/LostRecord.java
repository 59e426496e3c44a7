package io.tpmkeeper.operator.state;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tpmkeeper.api.ApiGroup;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.operator.record.WorldReader;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.operator.Claims;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The record of a VmTpmState that is being deleted, where it was lost and only in its name the rest can go. */
final class LostRecord {
    private static final Logger LOG = LoggerFactory.getLogger(LostRecord.class);

    private final KubernetesClient client;
    private final WorldReader reader;

    LostRecord(KubernetesClient client, WorldReader reader) {
        this.client = client;
        this.reader = reader;
    }

    /** @return whether it was made: then the VmTpmState is to wait until it is emptied */
    boolean isMadeAgain(Owner owner, String domainUuid) {
        Optional<RecordSpec> spec = Claims.toLetGo(owner, reader.isHeldUp(owner.namespace(), domainUuid));
        spec.ifPresent(s -> {
            VmTpmRecord made = new VmTpmRecord();
            made.setMetadata(new ObjectMetaBuilder()
                    .withName(domainUuid)
                    .addToLabels(ApiGroup.GUARD_LABEL, Guard.ENFORCE.word())
                    .build());
            made.setSpec(s);
            client.resource(made).create();
            LOG.atInfo().addKeyValue("vmtpmstate", owner).log("made its lost record again, to empty it");
        });
        return spec.isPresent();
    }
}
