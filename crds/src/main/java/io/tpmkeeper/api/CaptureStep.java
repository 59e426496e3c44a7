package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The steps of a capture, in their order. */
public enum CaptureStep {
    /** The domain's own files are read. */
    @JsonProperty("ReadPrimary")
    READ_PRIMARY("ReadPrimary"),

    /** The entry that the hook made is read. */
    @JsonProperty("ReadFallback")
    READ_FALLBACK("ReadFallback"),

    /** What was read is checked: whole, well-formed, this domain's, the tip's. */
    @JsonProperty("Validate")
    VALIDATE("Validate"),

    /** Each kind of file is taken from the primary if it matches, else from the fallback. */
    @JsonProperty("Merge")
    MERGE("Merge"),

    /** It is compressed, and its manifest is written. */
    @JsonProperty("Pack")
    PACK("Pack"),

    /** It is put into the agents' namespace. */
    @JsonProperty("Upload")
    UPLOAD("Upload"),

    /** The operator verifies it, makes the generation and makes it current. */
    @JsonProperty("Promote")
    PROMOTE("Promote"),

    /** The upload and older entries go. */
    @JsonProperty("Cleanup")
    CLEANUP("Cleanup");

    private final String word;

    CaptureStep(String word) {
        this.word = word;
    }

    /** The word in the API and in messages. */
    @Override
    public String toString() {
        return word;
    }
}
