/** Tests of how nodes and the cluster's storage are watched. */
@NullMarked
package io.tpmkeeper.operator.node;

import org.jspecify.annotations.NullMarked;
