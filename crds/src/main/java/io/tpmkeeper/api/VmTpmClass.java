package io.tpmkeeper.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** Policy for the VmTpmStates that name it, as a StorageClass is for volumes. It has no status. */
@Group(ApiGroup.GROUP)
@Version(ApiGroup.VERSION)
@Kind("VmTpmClass")
@Plural("vmtpmclasses")
@Singular("vmtpmclass")
@ShortNames("vtc")
public final class VmTpmClass extends CustomResource<VmTpmClassSpec, Void> {
    private static final long serialVersionUID = 1;

    @Override
    protected @Nullable VmTpmClassSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable Void initStatus() {
        return null;
    }
}
