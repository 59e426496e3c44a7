/**
 * One domain: reads its world live, lets the protocol decide, carries the steps out one by one. Called by JOSDK; depends on\n * the other packages of the operator.
 */
@NullMarked
package io.tpmkeeper.operator.record;

import org.jspecify.annotations.NullMarked;
