/** The end-to-end tests: the stories of the main source tree, each step a test. */
@NullMarked
package io.tpmkeeper.e2e;

import org.jspecify.annotations.NullMarked;
