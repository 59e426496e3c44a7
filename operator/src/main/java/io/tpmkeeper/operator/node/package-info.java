/**
 * What the operator knows of nodes: their agents' Leases by its own clock, the questions that it put to them, their
 * inventories, and which hosts have taken the index up. Called by the reconcilers; depends on crds and the client.
 */
@NullMarked
package io.tpmkeeper.operator.node;

import org.jspecify.annotations.NullMarked;
