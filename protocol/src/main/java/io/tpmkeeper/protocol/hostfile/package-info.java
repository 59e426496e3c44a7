/**
 * The small text files by which hook and agent share what they know of a host: one record for each kind of file, with its
 * strict reader and its writer. Text in, value out; nothing here opens a file.
 *
 * <p>Every file has {@code key value} lines, the first {@code format 1}, the last {@code end}, the keys in a fixed order. A file
 * that differs in anything is unreadable as a whole: nothing is guessed from the rest of it.
 *
 * <p>Used by the agent and by the Java model of the hook. Depends on the protocol's values alone.
 */
@NullMarked
package io.tpmkeeper.protocol.hostfile;

import org.jspecify.annotations.NullMarked;
