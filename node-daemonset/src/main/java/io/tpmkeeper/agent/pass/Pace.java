package io.tpmkeeper.agent.pass;

import java.time.Duration;

/** How long the agent rests between two passes when nothing happens. */
public enum Pace {
    /** The hook is about to become live, or there is news of it. */
    SOON(Duration.ofSeconds(1)),
    /** Something is wrong that others put right, and no event tells of it: a remounted filesystem, an installed QEMU. */
    TROUBLED(Duration.ofSeconds(5)),
    QUIET(Duration.ofSeconds(30));

    private final Duration rest;

    Pace(Duration rest) {
        this.rest = rest;
    }

    public Duration rest() {
        return rest;
    }
}
