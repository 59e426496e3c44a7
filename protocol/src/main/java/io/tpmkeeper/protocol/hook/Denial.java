package io.tpmkeeper.protocol.hook;

import io.tpmkeeper.protocol.Request.Reason;
import org.jspecify.annotations.Nullable;

/** Every reason for which the hook refuses a start, as {@code 10-refusals.sh} names them. */
public enum Denial {
    LINE_ELSEWHERE("LineElsewhere", Reason.LINE),
    LINE_LEFT("LineLeft", Reason.LINE),
    LINE_LOST("LineLost", Reason.LINE),
    CONTENT_MISSING("ContentMissing", Reason.CONTENT),
    INDEX_MISSING("IndexMissing", Reason.LINE),
    HOST_FILE_UNREADABLE("HostFileUnreadable", null),
    NO_SPACE("NoSpace", null),
    IMAGE_OF_THE_PAST("ImageOfThePast", null),
    NVRAM_OF_ANOTHER("NvramOfAnother", null),
    DOMAIN_UNKNOWN("DomainUnknown", Reason.DOMAIN);

    private final String word;
    private final @Nullable Reason asks;

    Denial(String word, @Nullable Reason asks) {
        this.word = word;
        this.asks = asks;
    }

    public String word() {
        return word;
    }

    /** What the request says while the start waits; null: nobody's answer helps, so it does not wait. */
    public @Nullable Reason asks() {
        return asks;
    }
}
