/**
 * The protocol's values: who may start a domain and from which state. Lines, tips, runs, entries, versions, orders, facts and
 * the record, as plain immutable values.
 *
 * <p>Used by every decider ({@code .operator}, {@code .host}, {@code .hook}), and carried word for word by the machinery
 * resources VmTpmRecord, VmTpmGrant and VmTpmNode, for which the values bear Jackson's annotations (and nothing else of
 * Jackson): unknown fields are passed over, because a newer operator talks to older agents. Depends on nothing of ours. No input
 * or output, no clock, no randomness anywhere below this package.
 */
@NullMarked
package io.tpmkeeper.protocol;

import org.jspecify.annotations.NullMarked;
