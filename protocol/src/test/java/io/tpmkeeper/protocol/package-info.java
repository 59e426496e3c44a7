/** That the protocol stays pure. */
@NullMarked
package io.tpmkeeper.protocol;

import org.jspecify.annotations.NullMarked;
