/**
 * Which class rules a VmTpmState, and what it says. Called by the reconcilers and, for the class that the installation brings, by
 * the main class; depends on crds, the protocol and the client.
 */
@NullMarked
package io.tpmkeeper.operator.policy;

import org.jspecify.annotations.NullMarked;
