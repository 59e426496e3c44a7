/**
 * The node agent: the main class and what it wires together.
 *
 * <p>{@code host}, {@code libvirt}, {@code cluster} and {@code install} are edges, {@code place} is the seam for where domains live,
 * {@code pass} does the work by the deciders of {@code io.tpmkeeper.protocol.host}. Never depends on the operator.
 */
@NullMarked
package io.tpmkeeper.agent;

import org.jspecify.annotations.NullMarked;
