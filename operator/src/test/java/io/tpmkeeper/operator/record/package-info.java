/** Tests of what is asked of the API server for one domain, and in which order. */
@NullMarked
package io.tpmkeeper.operator.record;

import org.jspecify.annotations.NullMarked;
