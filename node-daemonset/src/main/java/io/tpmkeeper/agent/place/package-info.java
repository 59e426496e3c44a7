/**
 * The seam between the agent and the kind of place in which domains live: how they are found, where their files lie, whether one
 * runs, and how libvirt is made to call the hook. The node's own libvirt is the first such place ({@code agent.libvirt});
 * launcher pods will be another.
 *
 * <p>Values and interfaces only. Called by {@code agent.pass} and {@code agent.hook}; depends on the protocol alone.
 */
@NullMarked
package io.tpmkeeper.agent.place;

import org.jspecify.annotations.NullMarked;
