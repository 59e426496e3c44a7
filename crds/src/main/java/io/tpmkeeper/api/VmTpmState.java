package io.tpmkeeper.api;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** One virtual machine's TPM and NVRAM state: what a user writes and reads. */
@Group(ApiGroup.GROUP)
@Version(ApiGroup.VERSION)
@Kind("VmTpmState")
@Plural("vmtpmstates")
@Singular("vmtpmstate")
@ShortNames("vts")
public final class VmTpmState extends CustomResource<VmTpmStateSpec, VmTpmStateStatus> implements Namespaced {
    private static final long serialVersionUID = 1;

    @Override
    protected @Nullable VmTpmStateSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable VmTpmStateStatus initStatus() {
        return null;
    }
}
