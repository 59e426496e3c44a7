/** What the simulation proves: seeds, and by name the schedules that once broke a promise. */
@NullMarked
package io.tpmkeeper.simulation;

import org.jspecify.annotations.NullMarked;
