package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * One run of a domain on one host, from {@code prepare} to {@code stopped}.
 *
 * @param n counts the runs of this domain on this host, from 1
 * @param record uid of the record of the line it began under, if there was one
 * @param epoch of that line, or 0
 * @param boot the host's boot id when it began
 * @param from the state it began from; null: none
 * @param online whether it began from the tip of a Held line: only the end of such a run becomes the tip
 * @param started whether libvirt called {@code started}; false proves nothing, a guest can have run for milliseconds
 * @param open whether it is still going on
 * @param how it ended; null while open
 * @param entry seq of the capture of its end, if there is one
 * @param voided whether it is forgotten: a newer order made it meaningless
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Run(
        long n,
        @Nullable String record,
        long epoch,
        String boot,
        RunKind kind,
        @Nullable Digest from,
        boolean online,
        boolean started,
        boolean open,
        @Nullable Ending how,
        @Nullable Long entry,
        @JsonProperty("void") boolean voided) {

    public Run closed(Ending ending, @Nullable Long withEntry) {
        return new Run(n, record, epoch, boot, kind, from, online, started, false, ending, withEntry, voided);
    }

    public Run asVoid() {
        return new Run(n, record, epoch, boot, kind, from, online, started, open, how, entry, true);
    }

    public Run offline() {
        return new Run(n, record, epoch, boot, kind, from, false, started, open, how, entry, voided);
    }

    /** An incoming migration that may have brought the domain here: neither forgotten nor gone on to another host. */
    public boolean mayHaveReceived() {
        return kind == RunKind.INCOMING && !voided && !(how == Ending.MIGRATED);
    }
}
