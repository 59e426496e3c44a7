/**
 * What a generation is: the kinds of file that make a VM's state, their digest, what swtpm's and the firmware's files must
 * look like, the manifest and the packed archives.
 *
 * <p>Called by the agent (packs a capture, checks a delivery) and by the operator (verifies an upload before it promotes it).
 * Everything here is a function of bytes: no Kubernetes, no libvirt, no file system, no clock. Of the project it may use
 * {@code io.tpmkeeper.protocol}'s values only.
 *
 * <p>Bytes that come from elsewhere are answered with a {@link io.tpmkeeper.bundle.Refusal}, never with an exception, and no
 * message holds any of them.
 */
@NullMarked
package io.tpmkeeper.bundle;

import org.jspecify.annotations.NullMarked;
