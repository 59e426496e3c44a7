package io.tpmkeeper.simulation.host;

import io.tpmkeeper.simulation.truth.Content;
import java.util.List;

/** What a host's part of the truth depends on and the host itself cannot know. */
public interface Elsewhere {
    /** Whether the cluster has a record of the domain. */
    boolean isKnown();

    /** Whether that has an owner, so that somebody is to be given the line. */
    boolean isProtected();

    /** Whether a host obeyed an order that gives the line, and the domain is still protected. */
    boolean isGiven();

    /** An order that gives the line was obeyed. */
    void isObeyed();

    /** Whether the storage of the cluster went back in time: what was obeyed may be ordered again. */
    boolean wentBack();

    /** Whether a host that was not given up has a line of a later epoch than this one. */
    boolean isHeldAbove(String host, long epoch);

    /** Whether the line was given anew by now, under a later epoch than this one. */
    boolean isGivenAbove(long epoch);

    /** The other hosts with a line that is not of this record: after the storage went back nobody may know of them. */
    List<String> holdersByAnotherRecord(String host, String record);

    /** Whether another host that was not given up for dead has this content. */
    boolean isOnAnother(String host, Content content);

    /** People, or faults at once, may just have destroyed the last copy. @param limit what they did, as docs/protocol.md says it */
    void mayBeGone(String limit);
}
