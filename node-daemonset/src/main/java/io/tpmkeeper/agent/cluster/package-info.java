/**
 * The cluster as the agent sees it: what it is told, and what it reports and sends.
 *
 * <p>{@link io.tpmkeeper.agent.cluster.Cluster} is the seam; {@link io.tpmkeeper.agent.cluster.KubernetesCluster} the edge. Called
 * by {@code agent.pass}; depends on the API types.
 */
@NullMarked
package io.tpmkeeper.agent.cluster;

import org.jspecify.annotations.NullMarked;
