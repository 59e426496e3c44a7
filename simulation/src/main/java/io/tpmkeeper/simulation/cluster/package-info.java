/**
 * What is stored in the cluster, and the operator over it: objects with versions, a compare-and-set that can conflict, caches that
 * lag behind, and passes that die between any two steps. All decisions are those of {@code io.tpmkeeper.protocol.operator}.
 *
 * <p>Moved by the world, one step at a time. Depends on the protocol, the truth and the story.
 */
@NullMarked
package io.tpmkeeper.simulation.cluster;

import org.jspecify.annotations.NullMarked;
