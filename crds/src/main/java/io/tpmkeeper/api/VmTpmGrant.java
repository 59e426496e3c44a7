package io.tpmkeeper.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import org.jspecify.annotations.Nullable;

/** The operator's order to one node about one domain, and that host's facts. Machinery. */
@Group(ApiGroup.GROUP)
@Version(ApiGroup.VERSION)
@Kind("VmTpmGrant")
@Plural("vmtpmgrants")
@Singular("vmtpmgrant")
@ShortNames("vtg")
public final class VmTpmGrant extends CustomResource<GrantSpec, Facts> {
    private static final long serialVersionUID = 1;

    @Override
    protected @Nullable GrantSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable Facts initStatus() {
        return null;
    }
}
