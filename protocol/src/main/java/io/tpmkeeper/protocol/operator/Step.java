package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.RecordStatus;
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
     */
    record MakeGeneration(Upload upload, long number, boolean candidate) implements Step {}

    /** Makes a generation with the content of one that somebody is deleting while it is needed. */
    record CopyGeneration(Generation of, long number) implements Step {}

    /** Sets or takes the finalizer that keeps a generation from a deletion by hand. */
    record KeepGeneration(Generation generation, boolean keep) implements Step {}

    record DeleteGeneration(Generation generation) implements Step {}

    record DeleteUpload(String name) implements Step {}

    /** Puts a generation's content where one node can fetch it. */
    record Deliver(String node, Digest digest, Generation generation) implements Step {}

    record DeleteDelivery(String name) implements Step {}

    record DeleteRecord() implements Step {}

    /** Says on the VmTpmState what happened, as an Event. @param reason CamelCase */
    record Announce(boolean warning, String reason, String message) implements Step {}
}
