/** Golden tests of the host's decisions. */
@NullMarked
package io.tpmkeeper.protocol.host;

import org.jspecify.annotations.NullMarked;
