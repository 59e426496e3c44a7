/**
 * The five resources of {@code tpmkeeper.io/v1alpha1} as Java values, and the vocabulary of their conditions.
 *
 * <p>The hand-written YAML in {@code crds/} is the source; a test holds each property of the one against the other. Used by the
 * operator and the agent at their edges to the API server. May depend on {@code io.tpmkeeper.protocol}'s values, which the
 * machinery resources carry word for word, and on the Kubernetes client's resource base class; does no input or output.
 */
@NullMarked
package io.tpmkeeper.api;

import org.jspecify.annotations.NullMarked;
