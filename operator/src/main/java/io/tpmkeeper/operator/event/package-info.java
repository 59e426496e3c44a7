/**
 * Events on VmTpmStates. Called by the reconcilers; depends on the client.
 */
@NullMarked
package io.tpmkeeper.operator.event;

import org.jspecify.annotations.NullMarked;
