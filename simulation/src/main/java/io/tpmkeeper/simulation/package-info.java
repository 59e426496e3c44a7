/**
 * The protocol in an in-memory world: the very deciders of {@code io.tpmkeeper.protocol}, thousands of seeded schedules with every
 * fault that the protocol must survive, and a truth that no decider sees.
 *
 * <p>{@code make simulate} and the unit tests run it. Depends on the protocol alone; no Kubernetes, no input or output but the
 * report that it prints.
 */
@NullMarked
package io.tpmkeeper.simulation;

import org.jspecify.annotations.NullMarked;
