@NullMarked
package io.tpmkeeper.protocol;

import org.jspecify.annotations.NullMarked;
