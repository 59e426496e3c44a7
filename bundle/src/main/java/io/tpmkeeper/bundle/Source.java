package io.tpmkeeper.bundle;

/** Where a file was read on its host. */
public enum Source {
    /** The live file that libvirt uses. */
    PRIMARY("Primary"),
    /** The entry that the hook committed to the spool. */
    FALLBACK("Fallback");

    private final String text;

    Source(String text) {
        this.text = text;
    }

    /** The word in the manifest and in status. */
    public String text() {
        return text;
    }
}
