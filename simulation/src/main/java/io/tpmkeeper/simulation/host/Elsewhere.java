package io.tpmkeeper.simulation.host;

import io.tpmkeeper.simulation.truth.Content;

/** What a host's part of the truth depends on and the host itself cannot know. */
public interface Elsewhere {
    /** Whether there is a record with an owner. */
    boolean isClaimed();

    /** Whether any host has a line. */
    boolean isGiven();

    /** Whether another host that was not given up for dead has this content. */
    boolean isOnAnother(String host, Content content);
}
