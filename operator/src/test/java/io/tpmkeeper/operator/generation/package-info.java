/** Tests of how nodes and the cluster's storage are watched. */
@NullMarked
package io.tpmkeeper.operator.generation;

import org.jspecify.annotations.NullMarked;
