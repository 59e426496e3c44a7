package io.tpmkeeper.simulation.world;

/** One event of a schedule, whole in itself: left out, it changes no other. @param number below 100, for what the deed makes of it */
public record Event(Deed deed, int host, int number) {}
