package io.tpmkeeper.simulation.cluster;

/** Is told of each write that a promise depends on, after it. */
public interface Witness {
    void recordWritten(Stored.Record before, Stored.Record after);

    void recordDeleted(Stored.Record last);
}
