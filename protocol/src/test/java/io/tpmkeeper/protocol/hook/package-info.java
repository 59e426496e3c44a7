/** Holds the hook's model to what is written of it. */
@NullMarked
package io.tpmkeeper.protocol.hook;

import org.jspecify.annotations.NullMarked;
