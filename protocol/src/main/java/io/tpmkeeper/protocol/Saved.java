package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/** A state that is verified and safe in the cluster. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Saved(Version version, Digest digest) {}
