/**
 * Gives JUnit tests the ground: {@link io.tpmkeeper.testbed.junit.OnTheGround} on the class, and a parameter of the type that
 * is wanted. Called by test classes of every module; depends on {@code io.tpmkeeper.testbed} and JUnit.
 */
@NullMarked
package io.tpmkeeper.testbed.junit;

import org.jspecify.annotations.NullMarked;
