/**
 * The node's own libvirt as a place of domains.
 *
 * <p>An edge: libvirt's calls block for as long as a hook runs (libvirt 9.0, measured), so each has a thread and a time limit.
 * Domain XML is partly written by the domain's owner, so only a parser without DTD and entities may look into it. Called
 * through {@code agent.place} by everything but the main class.
 */
@NullMarked
package io.tpmkeeper.agent.libvirt;

import org.jspecify.annotations.NullMarked;
