package io.tpmkeeper.operator.wakeup;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.tpmkeeper.api.VmTpmRecord;
import io.tpmkeeper.api.VmTpmState;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Tells the two reconcilers that something of a domain changed. Only a hint: what changed is read from the API, and a hint that
 * is lost is made up for when the reconciler looks again.
 */
public final class Wakeups {
    private final SimpleInboundEventSource<VmTpmRecord> records = new SimpleInboundEventSource<>("facts");
    private final SimpleInboundEventSource<VmTpmState> states = new SimpleInboundEventSource<>("facts");

    private volatile Function<String, List<VmTpmState>> statesOf = uuid -> List.of();
    private volatile Predicate<String> isRecorded = uuid -> false;
    private volatile boolean open;

    /** The reconcilers' caches are filled. Until now every hint was dropped: they look at everything when they start. */
    public void open() {
        open = true;
    }

    public SimpleInboundEventSource<VmTpmRecord> records() {
        return records;
    }

    public SimpleInboundEventSource<VmTpmState> states() {
        return states;
    }

    /** @param finder the VmTpmStates that want a domain, by its UUID */
    public void findStatesBy(Function<String, List<VmTpmState>> finder) {
        this.statesOf = finder;
    }

    /** @param finder whether a domain has a record, by its UUID */
    public void findRecordsBy(Predicate<String> finder) {
        this.isRecorded = finder;
    }

    /**
     * Something changed on a node. What is decided for the record comes first, and wakes the VmTpmStates in its turn: two that read
     * everything at the same time would keep each other up. Without a record there is only who wants the domain.
     */
    public void domain(String domainUuid) {
        if (isRecorded.test(domainUuid)) {
            record(domainUuid);
        } else {
            statesWanting(domainUuid);
        }
    }

    /** The record changed: whoever wants the domain looks again, its owner and those that wait for it. */
    public void statesWanting(String domainUuid) {
        if (!open) {
            return;
        }
        statesOf.apply(domainUuid)
                .forEach(s -> states.propagateEvent(new ResourceID(
                        s.getMetadata().getName(), s.getMetadata().getNamespace())));
    }

    public void record(String domainUuid) {
        if (!open) {
            return;
        }
        records.propagateEvent(new ResourceID(domainUuid));
    }
}
