package io.tpmkeeper.protocol.host;

/** What libvirt says of a domain. */
public enum Activity {
    /** It does not run, or is not defined. */
    INACTIVE,
    /** A migration is being received: QEMU is there, the guest does not run in it yet. */
    RECEIVING,
    /** It runs, or is paused. */
    ACTIVE
}
