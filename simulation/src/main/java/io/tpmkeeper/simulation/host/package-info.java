/**
 * A hypervisor: libvirt with its order of hooks, the hook's model on a disk that can be cut off at any checkpoint, the guest, and
 * the agent, whose passes die between any two steps. All decisions are those of {@code io.tpmkeeper.protocol.hook} and
 * {@code .host}.
 *
 * <p>Moved by the world. Depends on the protocol, the truth, the story and the API of the simulated cluster.
 */
@NullMarked
package io.tpmkeeper.simulation.host;

import org.jspecify.annotations.NullMarked;
