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
        List<String> gone) {

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
    public static final RecordStatus EMPTY = new RecordStatus(0, null, null, null, null, 0, null, List.of(), List.of());

    public RecordStatus {
        nodes = nodes == null ? List.of() : List.copyOf(nodes);
        gone = gone == null ? List.of() : List.copyOf(gone);
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
        List<NodeOrders> all = Stream.concat(
                        nodes.stream().filter(n -> !n.node().equals(node)), Stream.of(changed))
                .sorted((a, b) -> a.node().compareTo(b.node()))
                .toList();
        return new RecordStatus(epoch, holder, current, moving, deletion, lastGeneration, refused, all, gone);
    }

    public RecordStatus withoutNode(String node) {
        List<NodeOrders> rest =
                nodes.stream().filter(n -> !n.node().equals(node)).toList();
        return new RecordStatus(epoch, holder, current, moving, deletion, lastGeneration, refused, rest, gone);
    }

    public RecordStatus withMoving(@Nullable Moving next) {
        return new RecordStatus(epoch, holder, current, next, deletion, lastGeneration, refused, nodes, gone);
    }

    public RecordStatus withDeletion(@Nullable Deletion next) {
        return new RecordStatus(epoch, holder, current, moving, next, lastGeneration, refused, nodes, gone);
    }

    public RecordStatus withHolder(@Nullable Holder next, long inEpoch) {
        return new RecordStatus(inEpoch, next, current, moving, deletion, lastGeneration, refused, nodes, gone);
    }

    /** A promotion, or a confirmation; whatever was refused before no longer matters. */
    public RecordStatus withCurrent(Current next) {
        long highest = Math.max(lastGeneration, next.generation());
        return new RecordStatus(epoch, holder, next, moving, deletion, highest, null, nodes, gone);
    }

    /** The same state under another name: nothing was captured, so what was refused stays refused. */
    public RecordStatus withCurrentNamed(Current next) {
        RecordStatus named = withCurrent(next);
        return refused == null ? named : named.withRefused(refused);
    }

    public RecordStatus withLastGeneration(long highest) {
        return new RecordStatus(epoch, holder, current, moving, deletion, highest, refused, nodes, gone);
    }

    public RecordStatus withRefused(Refused capture) {
        return new RecordStatus(epoch, holder, current, moving, deletion, lastGeneration, capture, nodes, gone);
    }

    /** A node that was given up for dead has spoken again and is clean. */
    public RecordStatus withReturned(String node) {
        List<String> rest = gone.stream().filter(n -> !n.equals(node)).toList();
        return new RecordStatus(epoch, holder, current, moving, deletion, lastGeneration, refused, nodes, rest);
    }

    public RecordStatus withGone(String node) {
        List<String> all =
                Stream.concat(gone.stream(), Stream.of(node)).distinct().toList();
        return new RecordStatus(epoch, holder, current, moving, deletion, lastGeneration, refused, nodes, all);
    }
}
