/** Tests of the agent's {@code install}. */
@NullMarked
package io.tpmkeeper.agent.install;

import org.jspecify.annotations.NullMarked;
