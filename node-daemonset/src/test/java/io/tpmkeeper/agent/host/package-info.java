/** Tests of the agent's {@code host}. */
@NullMarked
package io.tpmkeeper.agent.host;

import org.jspecify.annotations.NullMarked;
