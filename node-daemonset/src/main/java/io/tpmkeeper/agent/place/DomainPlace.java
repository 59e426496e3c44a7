package io.tpmkeeper.agent.place;

import io.tpmkeeper.protocol.host.Activity;
import java.util.List;
import java.util.Optional;

/**
 * Where domains live. Every call may take as long as a hook of ours takes, and longer: none may be made by anything that a
 * waiting start waits for.
 */
public interface DomainPlace extends AutoCloseable {
    /** All domains; none where there is nothing to have any, and nothing left of one. */
    List<PlacedDomain> domains() throws PlaceException;

    /** Whether this domain runs, asked now. @param receiving whether its last run is an incoming migration */
    Activity activity(String uuid, boolean receiving) throws PlaceException;

    /** What the domain's XML says, which came by the hook. */
    PlacedDomain describe(String xml) throws PlaceException;

    /** What stands against protecting a domain here, though the place answers or is known not to be there. */
    Optional<Trouble> trouble() throws PlaceException;

    /** Asks for something that our hook alone refuses. @return what the refusal said; empty if nothing refused */
    String probe() throws PlaceException;

    /** Makes a running libvirt read its hooks again. */
    void rereadHooks() throws PlaceException;

    @Override
    void close();
}
