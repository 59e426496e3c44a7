package io.tpmkeeper.simulation.truth;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One content of a TPM and its NVRAM. There is one object for each, so identity is equality. */
public final class Content {
    private final int number;
    private final FileMarks marks;
    private final Digest digest;
    private final @Nullable Content parent;

    Content(int number, FileMarks marks, Digest digest, @Nullable Content parent) {
        this.number = number;
        this.marks = marks;
        this.digest = digest;
        this.parent = parent;
    }

    /** Counts the contents of a world, from 1. */
    public int number() {
        return number;
    }

    public FileMarks marks() {
        return marks;
    }

    public Digest digest() {
        return digest;
    }

    /** Whether its TPM file was cut off while it was written. */
    public boolean isTorn() {
        return marks.tpm() != null && Contents.isTorn(marks.tpm());
    }

    /** Whether it is that one, or grew from it. */
    public boolean descendsFrom(Content older) {
        Content at = this;
        while (at != null && at != older) {
            at = at.parent;
        }
        return at != null;
    }

    /** Whether a VM can go on from it: both files are there, and its TPM was not cut off. */
    public boolean isWhole() {
        return marks.tpm() != null && marks.vars() != null && !isTorn();
    }

    /** It, and all that it grew from, the newest first. */
    public Stream<Content> lineage() {
        return Stream.concat(Stream.of(this), Stream.ofNullable(parent).flatMap(Content::lineage));
    }

    @Override
    public String toString() {
        return "#" + number;
    }
}
