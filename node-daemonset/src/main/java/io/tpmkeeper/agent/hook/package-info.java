/**
 * The hook as the agent carries it: its text, put together from the parts in {@code node-daemonset/hook/}, and its version.
 *
 * <p>Called by whatever installs the hook on a host, and by its tests. Depends on nothing of ours.
 */
@NullMarked
package io.tpmkeeper.agent.hook;

import org.jspecify.annotations.NullMarked;
