/** Tests of the agent as a whole. */
@NullMarked
package io.tpmkeeper.agent;

import org.jspecify.annotations.NullMarked;
