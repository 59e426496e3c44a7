/**
 * What the kubelet asks a program: whether it lives and whether it is ready. Called by the operator and the agent; depends on the
 * JDK alone.
 */
@NullMarked
package io.tpmkeeper.health;

import org.jspecify.annotations.NullMarked;
