/** The operator's decisions: golden worlds for each verb, and random schedules over a toy cluster. */
@NullMarked
package io.tpmkeeper.protocol.operator;

import org.jspecify.annotations.NullMarked;
