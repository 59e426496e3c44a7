/**
 * What the agent does, pass after pass: observe the host, do what the protocol's deciders say, report. A pass begins when
 * something changed, or after half a minute.
 *
 * <p>The order is the promise: host files before reports; every grant's facts before the node's answer to a question that was
 * read before anything was observed. Called by the main class; depends on the seams, never on libvirt or a client.
 */
@NullMarked
package io.tpmkeeper.agent.pass;

import org.jspecify.annotations.NullMarked;
