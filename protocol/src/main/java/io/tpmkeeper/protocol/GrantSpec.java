package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the operator tells one node about one domain.
 *
 * @param recordUid in whose name; a line of another record is parked, never compared
 * @param hostId the host that is meant
 * @param order copied from the record, so that a crash between the two writes loses nothing
 * @param saved what is safe in the cluster
 * @param settled digests of this node's uploads that were verified or refused: need not be sent again
 * @param wanted a digest to send again, though it was saved or settled
 * @param purge everything of the domain that is to go
 * @param capture which captures of a running domain are wanted; null: none
 * @param voids numbers of runs that are no part of the domain: a failed migration received them, or a person said so
 * @param answer why the waiting start is not served, in one sentence, for the hook's refusal
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record GrantSpec(
        String nodeName,
        String domainUuid,
        String recordUid,
        String hostId,
        @Nullable Order order,
        @Nullable Saved saved,
        List<Digest> settled,
        @Nullable Digest wanted,
        @Nullable Purge purge,
        @Nullable Capture capture,
        @Nullable Answer answer,
        List<Long> voids) {

    /**
     * @param id random; a purge is carried out once
     * @param run the last run that may be forgotten; 0: none
     * @param entries seqs of the entries that may be deleted; another one there refuses the purge
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Purge(String id, long run, List<Long> entries) {
        public Purge {
            entries = entries == null ? List.of() : List.copyOf(entries);
        }
    }

    /**
     * @param liveInterval so many seconds lie between two captures of a running domain; null: changes are not captured
     * @param request id of a capture that somebody asks for now; null: nobody does
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Capture(
            @Nullable Long liveInterval, @Nullable String request) {}

    /**
     * @param request the start that it answers
     * @param reason of what keeps the domain from going on, by its word in the conditions; null: only this start is in the way
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Answer(
            String request, String message, @Nullable String reason) {}

    public GrantSpec {
        settled = settled == null ? List.of() : List.copyOf(settled);
        voids = voids == null ? List.of() : List.copyOf(voids);
    }

    public GrantSpec withSettled(List<Digest> digests) {
        return new GrantSpec(
                nodeName, domainUuid, recordUid, hostId, order, saved, digests, wanted, purge, capture, answer, voids);
    }

    public GrantSpec withPurge(@Nullable Purge next) {
        return new GrantSpec(
                nodeName, domainUuid, recordUid, hostId, order, saved, settled, wanted, next, capture, answer, voids);
    }

    public GrantSpec withAnswer(@Nullable Answer next) {
        return new GrantSpec(
                nodeName, domainUuid, recordUid, hostId, order, saved, settled, wanted, purge, capture, next, voids);
    }

    public GrantSpec withVoids(List<Long> runs) {
        return new GrantSpec(
                nodeName, domainUuid, recordUid, hostId, order, saved, settled, wanted, purge, capture, answer, runs);
    }

    /** Whether the node need not send this state (again). */
    public boolean isSafe(Digest digest) {
        return settled.contains(digest) || (saved != null && saved.digest().equals(digest));
    }
}
