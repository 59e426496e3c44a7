/**
 * The world as a whole and what happens in it: which faults and habits a seed draws, the events, the invariants after each, and
 * what must be so when the faults cease.
 *
 * <p>Used by the program and the tests. Depends on all other packages of the simulation.
 */
@NullMarked
package io.tpmkeeper.simulation.world;

import org.jspecify.annotations.NullMarked;
