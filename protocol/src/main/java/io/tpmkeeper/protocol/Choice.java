package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way on from something that only a person can decide.
 *
 * @param node that is meant; null with {@link Way#BEGIN} and {@link Way#PRESUME_OFF}
 * @param hostId of it, with {@link Way#TAKE_OVER}: a name that is used again is another host
 * @param run that is meant, with {@link Way#CONTINUE} and {@link Way#FORGET}, or that was the last known there, with {@link
 *     Way#TAKE_OVER}; null: none is known
 * @param from with {@link Way#BEGIN}: the state to begin from; null: none, a blank TPM
 * @param silent with {@link Way#PRESUME_OFF}: the nodes
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Choice(
        Way way,
        @Nullable String node,
        @Nullable String hostId,
        @Nullable Long run,
        @Nullable Digest from,
        List<String> silent) {

    /** What becomes of the domain. */
    public enum Way {
        /** The holder is given up; the next node that asks continues from what is current. */
        @JsonProperty("TakeOver")
        TAKE_OVER,

        /** Nodes that do not report count as off, and what they may have of the domain as nothing. */
        @JsonProperty("PresumeOff")
        PRESUME_OFF,

        /** What the node has is the domain from now on: it is given the line with that. */
        @JsonProperty("Continue")
        CONTINUE,

        /** The next node that asks begins from one saved state, or from a blank TPM. */
        @JsonProperty("Begin")
        BEGIN,

        /** What a run left is no part of the domain. */
        @JsonProperty("Forget")
        FORGET
    }

    public Choice {
        silent = silent == null ? List.of() : List.copyOf(silent);
    }

    /** @param last run that it told of, so that of a later one nobody is taken at their word; null: none */
    public static Choice takeOver(Holder from, @Nullable Run last) {
        return new Choice(
                Way.TAKE_OVER, from.node(), from.hostId(), last == null ? null : (Long) last.n(), null, List.of());
    }

    public static Choice presumeOff(List<String> nodes) {
        return new Choice(Way.PRESUME_OFF, null, null, null, null, nodes);
    }

    public static Choice continueOn(String node, @Nullable Run run) {
        return new Choice(Way.CONTINUE, node, null, run == null ? null : (Long) run.n(), null, List.of());
    }

    public static Choice begin(@Nullable Digest from) {
        return new Choice(Way.BEGIN, null, null, null, from, List.of());
    }

    public static Choice forget(String node, Run run) {
        return new Choice(Way.FORGET, node, null, run.n(), null, List.of());
    }

    /** The node after which an option is named; null: none is meant. */
    public @Nullable String subject() {
        return node != null || silent.isEmpty() ? node : silent.getFirst();
    }
}
