/** Tests of the agent's {@code libvirt}. */
@NullMarked
package io.tpmkeeper.agent.libvirt;

import org.jspecify.annotations.NullMarked;
