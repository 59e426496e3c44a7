/**
 * What is told of a run: the story of a schedule, line by line, and how often each part of the machine was reached.
 *
 * <p>Told by everything in the simulation; depends on nothing but the JDK.
 */
@NullMarked
package io.tpmkeeper.simulation.story;

import org.jspecify.annotations.NullMarked;
