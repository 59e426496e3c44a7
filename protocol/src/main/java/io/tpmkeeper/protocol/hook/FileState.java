package io.tpmkeeper.protocol.hook;

import io.tpmkeeper.protocol.hostfile.FileMark;

/** One of libvirt's files, as the hook judges it before it reads. */
public sealed interface FileState {
    FileState ABSENT = new Absent();

    record Absent() implements FileState {}

    /** A regular file within the limit that has no name but ours. @param torn its length is not what its header says */
    record Plain(FileMark mark, boolean torn) implements FileState {}

    /** Never read. @param regular a regular file too large or with a foreign name; else a symlink, FIFO, device */
    record Odd(boolean regular) implements FileState {}

    default boolean isThere() {
        return !(this instanceof Absent);
    }

    /** No symlink, FIFO, device: a hard link of it can be made, and kept. */
    default boolean isFile() {
        return this instanceof Plain || (this instanceof Odd odd && odd.regular());
    }
}
