/** The hook run by real shells in directories of its own: tables, traces, and beside its model. */
@NullMarked
package io.tpmkeeper.agent.hook;

import org.jspecify.annotations.NullMarked;
