package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/** The host that was given the line last. @param hostId random, of its host directory: a node name that is used again is another host */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Holder(String node, String hostId) {}
