package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The protocol's record of one domain. Written by compare-and-set on a live read only.
 *
 * @param epoch of the line given last; 0: none was ever given
 * @param holder the host that has the line, or to which it was given
 * @param moving the Move under way
 * @param deletion the intent to delete, written before anything is touched
 * @param lastGeneration the highest generation number ever used
 * @param refused the capture that verification refused last, until another is promoted
 * @param nodes by node name
 * @param gone nodes that were dead when the domain was purged; they purge when they speak again
 * @param decision what a person is asked; its options are never valid again once used or withdrawn
 * @param consent what a person chose and is not done yet
 * @param pinned states that were current until a person chose another: never pruned
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record RecordStatus(
        long epoch,
        @Nullable Holder holder,
        @Nullable Current current,
        @Nullable Moving moving,
        @Nullable Deletion deletion,
        long lastGeneration,
        @Nullable Refused refused,
        List<NodeOrders> nodes,
        List<String> gone,
        @Nullable Decision decision,
        @Nullable Consent consent,
        List<Digest> pinned) {

    /** So many states that a person turned away from are kept beside what retention keeps. */
    private static final int PINNED = 8;

    /** @param request id of the request that is served by it */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Moving(String to, String request) {}

    /** @param uid of the VmTpmState that is deleted. @param since RFC 3339 */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Deletion(DeletionPolicy policy, String uid, String since) {}

    /**
     * @param reason one of the named refusals of the generation format
     * @param message what happened and what to do
     * @param capturedAt RFC 3339, by its host's clock
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Refused(
            String node, Version version, Digest digest, String reason, String message, String capturedAt) {}

    /** Before anything happened. */
    public static final RecordStatus EMPTY =
            new RecordStatus(0, null, null, null, null, 0, null, List.of(), List.of(), null, null, List.of());

    public RecordStatus {
        nodes = nodes == null ? List.of() : List.copyOf(nodes);
        gone = gone == null ? List.of() : List.copyOf(gone);
        pinned = pinned == null ? List.of() : List.copyOf(pinned);
    }

    public Optional<NodeOrders> ordersOf(String node) {
        return nodes.stream().filter(n -> n.node().equals(node)).findFirst();
    }

    /** The intent to delete. @throws NullPointerException if there is none */
    public Deletion deletionIntent() {
        return Objects.requireNonNull(deletion, "no deletion is intended");
    }

    /** The Move under way. @throws NullPointerException if there is none */
    public Moving move() {
        return Objects.requireNonNull(moving, "no Move is under way");
    }

    public boolean heldBy(String node) {
        return holder != null && holder.node().equals(node);
    }

    /** The same with one node's part changed (or made, with {@code hostId}). */
    public RecordStatus withNode(String node, String hostId, UnaryOperator<NodeOrders> change) {
        NodeOrders changed = change.apply(ordersOf(node).orElseGet(() -> NodeOrders.none(node, hostId)));
        Draft next = new Draft(this);
        next.nodes = Stream.concat(nodes.stream().filter(n -> !n.node().equals(node)), Stream.of(changed))
                .sorted((a, b) -> a.node().compareTo(b.node()))
                .toList();
        return next.done();
    }

    public RecordStatus withoutNode(String node) {
        Draft next = new Draft(this);
        next.nodes = nodes.stream().filter(n -> !n.node().equals(node)).toList();
        return next.done();
    }

    public RecordStatus withMoving(@Nullable Moving move) {
        Draft next = new Draft(this);
        next.moving = move;
        return next.done();
    }

    public RecordStatus withDeletion(@Nullable Deletion intent) {
        Draft next = new Draft(this);
        next.deletion = intent;
        return next.done();
    }

    public RecordStatus withHolder(@Nullable Holder host, long inEpoch) {
        Draft next = new Draft(this);
        next.holder = host;
        next.epoch = inEpoch;
        return next.done();
    }

    /** A promotion, or a confirmation; whatever was refused before no longer matters. */
    public RecordStatus withCurrent(@Nullable Current state) {
        Draft next = new Draft(this);
        next.current = state;
        next.lastGeneration = state == null ? lastGeneration : Math.max(lastGeneration, state.generation());
        next.refused = null;
        return next.done();
    }

    /** The same state under another name: nothing was captured, so what was refused stays refused. */
    public RecordStatus withCurrentNamed(Current state) {
        RecordStatus named = withCurrent(state);
        return refused == null ? named : named.withRefused(refused);
    }

    public RecordStatus withRefused(Refused capture) {
        Draft next = new Draft(this);
        next.refused = capture;
        return next.done();
    }

    /** A node that was given up for dead has spoken again and is clean. */
    public RecordStatus withReturned(String node) {
        Draft next = new Draft(this);
        next.gone = gone.stream().filter(n -> !n.equals(node)).toList();
        return next.done();
    }

    public RecordStatus withGone(String node) {
        Draft next = new Draft(this);
        next.gone = Stream.concat(gone.stream(), Stream.of(node)).distinct().toList();
        return next.done();
    }

    public RecordStatus withDecision(@Nullable Decision asked) {
        Draft next = new Draft(this);
        next.decision = asked;
        return next.done();
    }

    /** What was asked is answered by it, whatever it is. */
    public RecordStatus withConsent(@Nullable Consent given) {
        Draft next = new Draft(this);
        next.decision = null;
        next.consent = given;
        return next.done();
    }

    /** What is current now stays, whatever becomes current. */
    public RecordStatus withCurrentPinned() {
        if (current == null || pinned.contains(current.digest())) {
            return this;
        }
        Draft next = new Draft(this);
        next.pinned = Stream.concat(
                        pinned.stream().skip(Math.max(0, pinned.size() + 1 - PINNED)), Stream.of(current.digest()))
                .toList();
        return next.done();
    }

    /** While one or two of its fields change. */
    private static final class Draft {
        private long epoch;
        private @Nullable Holder holder;
        private @Nullable Current current;
        private @Nullable Moving moving;
        private @Nullable Deletion deletion;
        private long lastGeneration;
        private @Nullable Refused refused;
        private List<NodeOrders> nodes;
        private List<String> gone;
        private @Nullable Decision decision;
        private @Nullable Consent consent;
        private List<Digest> pinned;

        Draft(RecordStatus was) {
            epoch = was.epoch;
            holder = was.holder;
            current = was.current;
            moving = was.moving;
            deletion = was.deletion;
            lastGeneration = was.lastGeneration;
            refused = was.refused;
            nodes = was.nodes;
            gone = was.gone;
            decision = was.decision;
            consent = was.consent;
            pinned = was.pinned;
        }

        RecordStatus done() {
            return new RecordStatus(
                    epoch,
                    holder,
                    current,
                    moving,
                    deletion,
                    lastGeneration,
                    refused,
                    nodes,
                    gone,
                    decision,
                    consent,
                    pinned);
        }
    }
}
