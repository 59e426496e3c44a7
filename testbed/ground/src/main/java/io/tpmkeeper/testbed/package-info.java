/**
 * The ground that tests, demo and benchmarks stand on: a real Kubernetes control plane, libvirt hosts of their own and guests
 * with a TPM, all inside one enclosure ({@code testbed/bin/enclose}) that leaves nothing behind.
 *
 * <p>Called by the tests of every module, by {@code make up} and by the end-to-end module. It may depend on no other module of
 * the project, so that what it says about the product is independent of it.
 */
@NullMarked
package io.tpmkeeper.testbed;

import org.jspecify.annotations.NullMarked;
