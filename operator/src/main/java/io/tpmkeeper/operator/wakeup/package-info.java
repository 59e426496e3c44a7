/** How one reconciler, or a watch, has another look at something. Called by all of these; depends on crds and JOSDK. */
@NullMarked
package io.tpmkeeper.operator.wakeup;

import org.jspecify.annotations.NullMarked;
