package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The last start that the hook refused, or would have refused; it stands until the next start.
 *
 * @param id the request's
 * @param when Unix seconds
 * @param reason one of the hook's named reasons
 * @param missing one sentence: what was missing and what to do
 * @param passedBy null: the start was refused. Else what let it through: {@code warn}, {@code off} or {@code break-glass}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Refusal(
        String id,
        long when,
        String reason,
        String missing,
        @Nullable String passedBy) {}
