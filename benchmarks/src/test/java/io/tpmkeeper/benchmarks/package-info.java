/** Tests of how calls are read from what the API server wrote down. */
@NullMarked
package io.tpmkeeper.benchmarks;

import org.jspecify.annotations.NullMarked;
