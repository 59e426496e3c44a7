/** Tests of the health endpoints. */
@NullMarked
package io.tpmkeeper.health;

import org.jspecify.annotations.NullMarked;
