/**
 * What really is so: every content that a TPM ever had and what it grew from, which one is the newest, and which guest is the
 * VM's life. No decider sees any of it; a promise that is broken is noticed here.
 *
 * <p>Told by hosts and cluster what happens. Depends on the protocol's values alone.
 */
@NullMarked
package io.tpmkeeper.simulation.truth;

import org.jspecify.annotations.NullMarked;
