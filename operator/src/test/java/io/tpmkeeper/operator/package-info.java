/** The operator as a process against a real API server, with nodes whose agents a script plays. */
@NullMarked
package io.tpmkeeper.operator;

import org.jspecify.annotations.NullMarked;
