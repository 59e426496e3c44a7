/**
 * What a host's agent decides: obey an order, recover a run that ended unseen, choose what to read, what to upload, what to sweep
 * and what to purge. One class for each verb, each a pure function from what was read under the domain's lock to what is to be
 * done; each has its golden cases in {@code src/test/resources/golden/host/<verb>}.
 *
 * <p>Called by the agent alone. Depends on the protocol's values and the host files; no input or output, no clock, no randomness.
 */
@NullMarked
package io.tpmkeeper.protocol.host;

import org.jspecify.annotations.NullMarked;
