package io.tpmkeeper.protocol.operator;

/** One decision. Pure: the same world, the same verdict. */
@FunctionalInterface
public interface Verb {
    Verdict consider(World world);
}
