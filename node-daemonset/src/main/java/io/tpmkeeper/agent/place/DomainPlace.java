package io.tpmkeeper.agent.place;

import io.tpmkeeper.protocol.host.Activity;
import java.util.List;

/**
 * Where domains live. Every call may take as long as a hook of ours takes, and longer: none may be made by anything that a
 * waiting start waits for.
 */
public interface DomainPlace extends AutoCloseable {
    /** All domains. */
    List<PlacedDomain> domains() throws PlaceException;

    /** Whether this domain runs, asked now. @param receiving whether its last run is an incoming migration */
    Activity activity(String uuid, boolean receiving) throws PlaceException;

    /** What the domain's XML says, which came by the hook. */
    PlacedDomain describe(String xml) throws PlaceException;

    /** Asks for something that our hook alone refuses. @return what the refusal said; empty if nothing refused */
    String probe() throws PlaceException;

    /** Makes a running libvirt read its hooks again. */
    void rereadHooks() throws PlaceException;

    @Override
    void close();
}
