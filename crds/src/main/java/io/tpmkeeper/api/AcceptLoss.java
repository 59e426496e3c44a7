package io.tpmkeeper.api;

/**
 * A person's consent to one named loss. It has effect only while it equals an option of
 * {@link VmTpmStateStatus#pendingDecision()}, so a copy of it left behind does nothing later.
 *
 * @param of node/epoch/run/random id, as the option shows it
 */
public record AcceptLoss(LossReason reason, String of) {}
