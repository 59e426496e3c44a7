package io.tpmkeeper.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * A person's consent to one named loss. It has effect only while it equals an option of
 * {@link VmTpmStateStatus#pendingDecision()}, so a copy of it left behind does nothing later.
 *
 * @param of node/epoch/run/random id, as the option shows it
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record AcceptLoss(LossReason reason, String of) {}
