/**
 * The hook as a model: what the sh in {@code node-daemonset/hook/} does to one domain's part of a host, as pure functions from
 * one {@link io.tpmkeeper.protocol.hook.HookHost} to the row of durable states that a call goes through. A crash between two of
 * its commands leaves one of them.
 *
 * <p>Used by the simulation, and by the differential test that holds sh and model together. Depends on the protocol's values and
 * host files alone. No clock, no randomness: times and ids are left out of the states.
 */
@NullMarked
package io.tpmkeeper.protocol.hook;

import org.jspecify.annotations.NullMarked;
