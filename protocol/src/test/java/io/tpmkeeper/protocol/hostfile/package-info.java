/** Tests of the host files' codec. */
@NullMarked
package io.tpmkeeper.protocol.hostfile;

import org.jspecify.annotations.NullMarked;
