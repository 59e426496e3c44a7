/**
 * What a user wrote and reads: claims a domain for a VmTpmState and says in its status what is so. Called by JOSDK; depends\n * on the other packages of the operator.
 */
@NullMarked
package io.tpmkeeper.operator.state;

import org.jspecify.annotations.NullMarked;
