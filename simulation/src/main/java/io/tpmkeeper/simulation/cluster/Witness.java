package io.tpmkeeper.simulation.cluster;

import io.tpmkeeper.protocol.operator.World;

/** Is told of each write that a promise depends on, after it. */
public interface Witness {
    /** @param seen what the operator observed before it wrote */
    void recordWritten(Stored.Record before, Stored.Record after, World seen);

    void recordDeleted(Stored.Record last);
}
