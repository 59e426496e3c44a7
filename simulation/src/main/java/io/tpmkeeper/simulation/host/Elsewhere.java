package io.tpmkeeper.simulation.host;

import io.tpmkeeper.simulation.truth.Content;

/** What a host's part of the truth depends on and the host itself cannot know. */
public interface Elsewhere {
    /** Whether the cluster has a record of the domain. */
    boolean isKnown();

    /** Whether a host obeyed an order that gives the line, and the domain is still protected. */
    boolean isGiven();

    /** An order that gives the line was obeyed. */
    void isObeyed();

    /** Whether the storage of the cluster went back in time: what was obeyed may be ordered again. */
    boolean wentBack();

    /** Whether another host that was not given up for dead has this content. */
    boolean isOnAnother(String host, Content content);

    /** People, or faults at once, may just have destroyed the last copy. @param limit what they did, as docs/protocol.md says it */
    void mayBeGone(String limit);
}
