/**
 * Figures, each with the peer that it is measured against in the same run. Called by {@code make bench}; depends on the testbed
 * and on what the end-to-end tests install, never on the insides of operator or agent.
 */
@NullMarked
package io.tpmkeeper.benchmarks;

import org.jspecify.annotations.NullMarked;
