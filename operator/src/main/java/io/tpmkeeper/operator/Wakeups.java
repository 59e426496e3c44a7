package io.tpmkeeper.operator;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.api.VmTpmState;

/**
 * Tells the two reconcilers that something of a domain changed. Only a hint: what changed is read from the API, and a hint that
 * is lost is made up for when the reconciler looks again.
 */
public final class Wakeups {
    private final SimpleInboundEventSource<VmTpmRecord> records = new SimpleInboundEventSource<>(VmTpmRecord.class, "facts");
    private final SimpleInboundEventSource<VmTpmState> states = new SimpleInboundEventSource<>(VmTpmState.class, "facts");

    public SimpleInboundEventSource<VmTpmRecord> records() {
        return records;
    }

    public SimpleInboundEventSource<VmTpmState> states() {
        return states;
    }

    public void record(String domainUuid) {
        records.propagateEvent(new ResourceID(domainUuid));
    }

    public void state(String namespace, String name) {
        states.propagateEvent(new ResourceID(name, namespace));
    }
}
