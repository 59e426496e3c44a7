package io.tpmkeeper.operator.state;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.tpmkeeper.api.VmTpmState;
import java.util.Objects;

/**
 * Lets through what people change of a VmTpmState: its spec, its annotations (one asks for a capture, and raises no generation), its
 * end. What the operator writes into the status is none of that.
 */
public final class SpecOrRequest implements OnUpdateFilter<VmTpmState> {
    @Override
    public boolean accept(VmTpmState next, VmTpmState before) {
        ObjectMeta now = next.getMetadata();
        ObjectMeta was = before.getMetadata();
        return !Objects.equals(now.getGeneration(), was.getGeneration())
                || !Objects.equals(now.getAnnotations(), was.getAnnotations())
                || !Objects.equals(now.getFinalizers(), was.getFinalizers())
                || !Objects.equals(now.getDeletionTimestamp(), was.getDeletionTimestamp());
    }
}
