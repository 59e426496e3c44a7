package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.Vm;
import org.jspecify.annotations.Nullable;

/**
 * One domain at the beginning of a pass.
 *
 * @param placed as the place described it; null: it does not know the domain
 * @param fresh whether that description was asked for after {@code vmBefore} was read
 * @param waiting a start of this very domain waits in the hook, so the domain does not run
 * @param paths where its files are; null: never seen
 * @param vmBefore line and run, read before the place was asked; null: unreadable
 * @param grant null: there is none
 * @param indexed whether the domain is protected
 */
record DomainView(
        String uuid,
        @Nullable PlacedDomain placed,
        boolean fresh,
        boolean waiting,
        @Nullable DomainPaths paths,
        @Nullable Vm vmBefore,
        @Nullable Grant grant,
        boolean indexed) {

    io.tpmkeeper.protocol.host.Activity activity() {
        return waiting || placed == null ? io.tpmkeeper.protocol.host.Activity.INACTIVE : placed.activity();
    }

    /** Whether {@link #activity} was true at a moment after {@code vmBefore} was read. */
    boolean isCertain() {
        return fresh || waiting;
    }

    DomainPaths pathsOrNone() {
        return paths == null ? new DomainPaths("-", null, null, null) : paths;
    }
}
