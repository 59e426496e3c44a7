package io.tpmkeeper.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** One node's agent, hook, and inventory of domains with a TPM. Machinery: it orders nothing. */
@Group(ApiGroup.GROUP)
@Version(ApiGroup.VERSION)
@Kind("VmTpmNode")
@Plural("vmtpmnodes")
@Singular("vmtpmnode")
@ShortNames("vtn")
public final class VmTpmNode extends CustomResource<VmTpmNodeSpec, VmTpmNodeStatus> {
    private static final long serialVersionUID = 1;

    @Override
    protected @Nullable VmTpmNodeSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable VmTpmNodeStatus initStatus() {
        return null;
    }
}
