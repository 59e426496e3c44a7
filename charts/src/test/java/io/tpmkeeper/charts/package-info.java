/**
 * What the chart renders, what it refuses, and that a real API server takes it. Depends on the testbed's ground; nothing depends
 * on it.
 */
@NullMarked
package io.tpmkeeper.charts;

import org.jspecify.annotations.NullMarked;
