package io.tpmkeeper.simulation.cluster;

import java.util.Collection;

/** What the operator sees of nodes without asking their agents. */
public interface Nodes {
    Collection<String> names();

    /** An administrator says that it is off for certain. */
    boolean isFenced(String node);

    /** Its kubelet says so. */
    boolean isReady(String node);

    boolean isAllowed(String node);

    /** Its agent lives and reaches the API server. */
    boolean renewsItsLease(String node);
}
