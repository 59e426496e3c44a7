package io.tpmkeeper.protocol;

/** The host that was given the line last. @param hostId random, of its host directory: a node name that is used again is another host */
public record Holder(String node, String hostId) {}
