package io.tpmkeeper.protocol;

/** A kind of file that makes a VM's state. */
public enum Kind {
    /** swtpm's permanent state. */
    TPM,
    /** The UEFI variables. */
    NVRAM
}
