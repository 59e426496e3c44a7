/**
 * Secrets with state: uploads in the inbox, generations, deliveries. Content is read for a verification or a copy and never\n * kept. Called by {@code .record}; depends on bundle, crds and the client.
 */
@NullMarked
package io.tpmkeeper.operator.generation;

import org.jspecify.annotations.NullMarked;
