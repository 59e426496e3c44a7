/**
 * The whole job on the real thing: a control plane, two libvirt hosts, the operator and an agent on each host. The steps are
 * written once; {@code make test-e2e} checks them and {@code make demo} tells them. It depends on the testbed's ground and on the
 * API that people use, and not on the code of operator or agent, which run as programs of their own.
 */
@NullMarked
package io.tpmkeeper.e2e;

import org.jspecify.annotations.NullMarked;
