/**
 * The operator's decisions: one decider for each verb (claim, delete, promote, adopt, move, deliver, prune), composed by
 * {@link io.tpmkeeper.protocol.operator.Decisions} in a fixed order, and what people are shown of it all.
 *
 * <p>Each is a pure function: the observed {@link io.tpmkeeper.protocol.operator.World} in, {@link
 * io.tpmkeeper.protocol.operator.Step}s and findings out. Called by the operator's reconcilers and by the simulation; depends on
 * the values in {@code io.tpmkeeper.protocol} alone. Random ids and the time come in with the world.
 */
@NullMarked
package io.tpmkeeper.protocol.operator;

import org.jspecify.annotations.NullMarked;
