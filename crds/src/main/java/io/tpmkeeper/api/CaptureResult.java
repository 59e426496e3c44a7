package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What became of a capture. */
public enum CaptureResult {
    /** It became the current generation. */
    @JsonProperty("Promoted")
    PROMOTED("Promoted"),

    /** Its content was current already: nothing was written but that it was seen again. */
    @JsonProperty("Confirmed")
    CONFIRMED("Confirmed"),

    /** It is kept by retention and is not current: something newer, or another run, is. */
    @JsonProperty("Superseded")
    SUPERSEDED("Superseded"),

    /** Verification refused it; the last good generation stays. */
    @JsonProperty("Refused")
    REFUSED("Refused");

    private final String word;

    CaptureResult(String word) {
        this.word = word;
    }

    /** The word in the API and in messages. */
    @Override
    public String toString() {
        return word;
    }
}
