package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Request;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that the operator observed of one domain, read live.
 *
 * @param domainUuid the domain's UUID, which is the record's name, too
 * @param recordUid of the VmTpmRecord
 * @param now Unix seconds; used for a new epoch's number only, never to order anything
 * @param nowText the same as RFC 3339, for what people read
 * @param nonce random; what is made in this pass gets ids from it
 * @param accepted the consent that stands in the owner's spec; it counts only while it equals an option that is shown
 * @param ownerDeleted uid of the owner if its deletion was asked for
 * @param namespaceTerminating whether the owner's namespace is being deleted
 * @param ownerNamespace where generations lie: the owner's namespace, or that of the last owner
 * @param ownerName after which generations are named
 * @param className the class that rules it; null: the default
 * @param captureRequest id of a capture that the owner asks for, while its VmTpmState says no answer; null: none
 * @param nodes all nodes that have, or had, an agent or a part in this domain
 * @param uploads of this domain in the inbox
 * @param unreadable what lies in the inbox for this domain, and is no capture
 * @param generations of this domain, by an uncached list
 * @param deliveries names of the delivery Secrets of this domain, with node and digest
 * @param questions for each subject that was asked about: the number that a node's answer must reach
 */
public record World(
        String domainUuid,
        String recordUid,
        RecordSpec spec,
        RecordStatus status,
        Policy policy,
        long now,
        String nowText,
        String nonce,
        @Nullable Accepted accepted,
        @Nullable String ownerDeleted,
        boolean namespaceTerminating,
        String ownerNamespace,
        String ownerName,
        @Nullable String className,
        @Nullable String captureRequest,
        SortedMap<String, NodeView> nodes,
        List<Upload> uploads,
        List<Unreadable> unreadable,
        List<Generation> generations,
        List<Delivery> deliveries,
        Map<String, Long> questions) {

    /** What an owner wrote into {@code spec.acceptLoss}. */
    public record Accepted(String reason, String of) {}

    /** A state on its way to one node. */
    public record Delivery(String name, String node, Digest digest) {}

    /**
     * An upload of which not even the manifest can be read: nobody knows which capture it was.
     *
     * @param name of the Secret
     * @param reason a named refusal
     */
    public record Unreadable(String name, String reason, String message) {}

    /** The question that every leader puts when it begins; before all answered, it gives no line. */
    public static final String LEADER = "leader";

    private static final int NAME_LIMIT = 220;
    private static final int NONCE_PART = 4;

    public World {
        nodes = new TreeMap<>(nodes);
        uploads = List.copyOf(uploads);
        unreadable = List.copyOf(unreadable);
        generations = List.copyOf(generations);
        deliveries = List.copyOf(deliveries);
        questions = Map.copyOf(questions);
    }

    /** The same world after the record was written. */
    public World with(RecordStatus next) {
        return new World(
                domainUuid,
                recordUid,
                spec,
                next,
                policy,
                now,
                nowText,
                nonce,
                accepted,
                ownerDeleted,
                namespaceTerminating,
                ownerNamespace,
                ownerName,
                className,
                captureRequest,
                nodes,
                uploads,
                unreadable,
                generations,
                deliveries,
                questions);
    }

    public Optional<NodeView> holder() {
        return Optional.ofNullable(status.holder()).map(h -> nodes.get(h.node()));
    }

    public Optional<NodeOrders> ordersOf(String node) {
        return status.ordersOf(node);
    }

    /** Whether every agent that lives answered the question about the subject after it was put. */
    public boolean allAnsweredSince(String subject) {
        return nodes.values().stream().filter(NodeView::alive).allMatch(n -> answeredSince(n, subject));
    }

    public boolean answeredSince(NodeView node, String subject) {
        Long needed = questions.get(subject);
        return needed != null && node.answered() >= needed;
    }

    /**
     * What a generation that is made in this pass is called: after its owner and its number; its last part keeps two of one
     * number apart. Within the 253 characters of a name.
     */
    public String generationName(long number) {
        return "%s-g%d-%s"
                .formatted(
                        ownerName.substring(0, Math.min(NAME_LIMIT, ownerName.length())),
                        number,
                        nonce.substring(0, Math.min(NONCE_PART, nonce.length())));
    }

    /** What the generations need of each other. */
    public References references() {
        return new References(generations);
    }

    /** A whole generation with this content; the one that current names, if it is among several. */
    public Optional<Generation> generationOf(Digest digest) {
        String named = status.current() == null ? "" : status.current().secret();
        References references = references();
        return generations.stream()
                .filter(g -> g.digest().equals(digest) && references.isWhole(g))
                .min(Comparator.comparing(g -> g.secret().equals(named) ? 0 : 1));
    }

    /**
     * Nodes whose start waits for the line and was not answered, the one that waits longest first. A node that was given up for
     * dead is cleaned before it is given anything.
     */
    public List<NodeView> asking() {
        return nodes.values().stream()
                .filter(n ->
                        n.asks().filter(r -> r.reason() == Request.Reason.LINE).isPresent())
                .filter(n -> !served(n) && !status.gone().contains(n.node()))
                .sorted((a, b) -> Long.compare(
                        a.asks().orElseThrow().since(), b.asks().orElseThrow().since()))
                .toList();
    }

    /** Not what was given a line from which nothing starts: the same start is judged again, or told why. */
    private boolean served(NodeView node) {
        return ordersOf(node.node())
                .filter(o -> o.served().contains(node.asks().orElseThrow().id()))
                .filter(o -> o.unanswered() || !startsNothing(node))
                .isPresent();
    }

    private boolean startsNothing(NodeView node) {
        return node.facts()
                .lineOf(recordUid)
                .filter(l -> l.epoch() == status.epoch())
                .filter(l -> l.state() == LineState.LOST || l.state() == LineState.LEFT)
                .isPresent();
    }
}
