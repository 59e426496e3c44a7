/**
 * Puts the hook where libvirt calls it, and proves that libvirt does.
 *
 * <p>Called by {@code agent.pass}; depends on {@code agent.place} for the probe, and on
 * {@code agent.host} for what a failed write tells.
 */
@NullMarked
package io.tpmkeeper.agent.install;

import org.jspecify.annotations.NullMarked;
