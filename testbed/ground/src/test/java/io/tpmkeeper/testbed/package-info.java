/** Tests of the ground itself: what the other modules' tests rely on. */
@NullMarked
package io.tpmkeeper.testbed;

import org.jspecify.annotations.NullMarked;
