/**
 * The operator: it observes the cluster, asks {@code io.tpmkeeper.protocol.operator} what is to be done, and does it. Nothing\n * here decides. {@link io.tpmkeeper.operator.OperatorMain} starts it; depends on protocol, bundle, crds, JOSDK and the client.
 */
@NullMarked
package io.tpmkeeper.operator;

import org.jspecify.annotations.NullMarked;
