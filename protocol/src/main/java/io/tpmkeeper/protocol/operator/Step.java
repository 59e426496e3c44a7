package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Kind;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Version;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the operator is to do now. Each is safe to repeat; after a step that writes, the world is observed anew. */
public sealed interface Step {
    /** Writes the record's status, only if it is still the one that was observed. */
    record WriteRecord(RecordStatus next) implements Step {}

    /** Writes the record's owner, only if the record is still the one that was observed. */
    record WriteOwner(RecordSpec next) implements Step {}

    /** Makes the label by which agents index the domain right: the guard's word, or none. */
    record LabelGuard(@Nullable String guard) implements Step {}

    /** Makes or changes the node's grant. */
    record WriteGrant(GrantSpec next) implements Step {}

    /** The host has nothing of the domain any more: the grant's finalizer and the grant go. */
    record RemoveGrant(String node) implements Step {}

    /** Asks every agent to report, so that facts after this moment can be told from older ones. */
    record Ask(String subject) implements Step {}

    /**
     * Makes an immutable generation of an upload.
     *
     * @param candidate it does not become current: kept by retention, for a restore
     * @param elsewhere the generation Secrets that hold a file of it already, each with the finalizer: only what is in none
     *     of them is stored. What they hold is verified as part of it
     */
    record MakeGeneration(Upload upload, long number, boolean candidate, SortedMap<Kind, String> elsewhere)
            implements Step {
        public MakeGeneration {
            elsewhere = Collections.unmodifiableSortedMap(new TreeMap<>(elsewhere));
        }
    }

    /** Makes a generation with the whole content of one that somebody is deleting, or a part of it, while it is needed. */
    record CopyGeneration(Generation of, long number) implements Step {}

    /** Sets or takes the finalizer that keeps a generation from a deletion by hand. */
    record KeepGeneration(Generation generation, boolean keep) implements Step {}

    /** Only if it is still as it was observed. */
    record DeleteGeneration(Generation generation) implements Step {}

    /**
     * Writes on a generation that it is the newest, where its own version does not say so: it was a candidate, or its content
     * has come back. A lost record is rebuilt from what is written there.
     */
    record MarkNewest(Generation generation, Version version) implements Step {}

    record DeleteUpload(String name) implements Step {}

    /** Puts a generation's content where one node can fetch it. */
    record Deliver(String node, Digest digest, Generation generation) implements Step {}

    record DeleteDelivery(String name) implements Step {}

    record DeleteRecord() implements Step {}

    /** Says on the VmTpmState what happened, as an Event. @param reason CamelCase */
    record Announce(boolean warning, String reason, String message) implements Step {}
}
