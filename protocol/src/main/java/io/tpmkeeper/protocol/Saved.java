package io.tpmkeeper.protocol;

/** A state that is verified and safe in the cluster. */
public record Saved(Version version, Digest digest) {}
