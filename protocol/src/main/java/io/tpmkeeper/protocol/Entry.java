package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A committed capture on a host, as the host reports it.
 *
 * @param seq the host's count, part of its {@link Version}
 * @param epoch of the line under which it was captured, or 0
 * @param record uid of that line's record, if there was one
 * @param run the run whose end (or middle) it is; 0: of none
 * @param digest of what was read; null: nothing that counts could be read
 * @param complete whether each kind that the domain has was read, equal twice
 * @param online whether the run was
 * @param capturedAt RFC 3339, by the host's clock: by this people tell one from another, and nothing is decided by it; null: the host
 *     does not say
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Entry(
        long seq,
        long epoch,
        @Nullable String record,
        long run,
        @Nullable Digest digest,
        boolean complete,
        boolean online,
        Trigger trigger,
        @Nullable String capturedAt) {

    /** As a host decides upon it: no decision knows the time. */
    public Entry(
            long seq,
            long epoch,
            @Nullable String record,
            long run,
            @Nullable Digest digest,
            boolean complete,
            boolean online,
            Trigger trigger) {
        this(seq, epoch, record, run, digest, complete, online, trigger, null);
    }

    /** The same, as it is reported. */
    public Entry toldWith(String time) {
        return new Entry(seq, epoch, record, run, digest, complete, online, trigger, time);
    }

    /** Of the middle of a run: it never becomes the tip, and the next one of the line passes it. */
    public boolean whileRunning() {
        return trigger == Trigger.LIVE || (trigger == Trigger.MANUAL && run > 0);
    }

    public Version version() {
        return new Version(epoch, seq);
    }
}
