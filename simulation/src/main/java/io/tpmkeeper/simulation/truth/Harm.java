package io.tpmkeeper.simulation.truth;

/** What a broken promise does to a person's VM. */
public enum Harm {
    /** The newest state is nowhere any more, or is thrown away. */
    LOST,
    /** Older or foreign state takes the place of the newest, or may. */
    STALE,
    /** It starts with an empty TPM although state was saved. */
    BLANK,
    /** It neither starts nor is it said why not. */
    STUCK,
    /** Of what need not lie on a host any more, something does. */
    LEFT
}
