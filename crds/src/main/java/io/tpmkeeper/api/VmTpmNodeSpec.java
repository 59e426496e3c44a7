package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What the operator asks of a node's agent.
 *
 * @param question a token; the agent repeats it in {@link VmTpmNodeStatus#observedQuestion()} with an inventory that was taken
 *     after it had read the question
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record VmTpmNodeSpec(@Nullable String question) {}
