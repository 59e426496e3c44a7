/** Tests of what a generation is. Bad input lies in {@code bad-input/}, each case beside the refusal that it must get. */
@NullMarked
package io.tpmkeeper.bundle;

import org.jspecify.annotations.NullMarked;
