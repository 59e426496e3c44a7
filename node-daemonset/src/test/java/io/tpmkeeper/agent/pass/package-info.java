/** Tests of the agent's {@code pass}. */
@NullMarked
package io.tpmkeeper.agent.pass;

import org.jspecify.annotations.NullMarked;
