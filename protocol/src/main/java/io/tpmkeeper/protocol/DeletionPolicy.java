package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What becomes of the generations when a VmTpmState is deleted. */
public enum DeletionPolicy {
    /** They stay, and a VmTpmState made again for the domain in the same namespace adopts them. */
    @JsonProperty("Retain")
    RETAIN,
    /** They go, after every host is clean. */
    @JsonProperty("Delete")
    DELETE
}
