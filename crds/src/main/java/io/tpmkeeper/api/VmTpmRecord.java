package io.tpmkeeper.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.RecordStatus;
import org.jspecify.annotations.Nullable;

/** Who owns a domain's UUID, and the protocol's record of it. Machinery: written by the operator alone. */
@Group(ApiGroup.GROUP)
@Version(ApiGroup.VERSION)
@Kind("VmTpmRecord")
@Plural("vmtpmrecords")
@Singular("vmtpmrecord")
@ShortNames("vtr")
public final class VmTpmRecord extends CustomResource<RecordSpec, RecordStatus> {
    private static final long serialVersionUID = 1;

    @Override
    protected @Nullable RecordSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable RecordStatus initStatus() {
        return null;
    }
}
