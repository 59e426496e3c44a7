package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A start that waits in the hook.
 *
 * @param id random, one for each {@code prepare}
 * @param since Unix seconds
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Request(String id, Reason reason, long since) {
    /** What the start lacks. */
    public enum Reason {
        /** The right: the line is elsewhere, or nowhere. */
        @JsonProperty("line")
        LINE,
        /** The line is here, the tip's content is not. */
        @JsonProperty("content")
        CONTENT,
        /** The agent has not seen this domain's XML yet. */
        @JsonProperty("domain")
        DOMAIN
    }
}
