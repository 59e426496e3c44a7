/**
 * The host directory: the agent's reading and writing of the files that it shares with the hook, and its careful look at the
 * domains' own files, which others can write.
 *
 * <p>Edges: they observe and act, and decide nothing. Called by {@code agent.pass}; depend on the protocol's values and the host
 * files' codec.
 */
@NullMarked
package io.tpmkeeper.agent.host;

import org.jspecify.annotations.NullMarked;
