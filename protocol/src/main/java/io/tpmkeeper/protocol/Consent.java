package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * What a person chose. It stands until it is done, or until what it was asked for has ended by itself.
 *
 * @param reason of the decision
 * @param of the option's name
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Consent(String reason, String of, Choice choice) {}
