package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.operator.Finding.Offer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a person may choose in a world as it is, each with what is lost by it. What cannot be done now is not offered. */
final class Offers {
    private Offers() {}

    /** Each of the nodes that has something to go on with, and beside which the domain runs nowhere. */
    static List<Offer> continueOn(World world, Collection<NodeView> nodes) {
        return nodes.stream()
                .filter(n -> hasSomething(n) && !Whereabouts.runsBeside(world, n.node()))
                .map(n -> continueOn(world, n, null))
                .toList();
    }

    /**
     * Where the domain runs on one node, that it has ended elsewhere does not say which of them is newer: each that has something
     * to go on with. Without the one that runs being stopped, nothing comes of these.
     */
    static List<Offer> onceStopped(World world, Collection<NodeView> nodes) {
        return whereItRuns(world).stream()
                .flatMap(where -> nodes.stream()
                        .filter(n -> hasSomething(n) && !n.node().equals(where))
                        .map(n -> continueOn(world, n, where)))
                .toList();
    }

    /** Whatever else may be chosen: one of the options keeps what is current, by going on from it or by leaving the line where it is. */
    static List<Offer> withCurrent(World world, List<Offer> offers) {
        boolean kept = world.status().current() == null
                || offers.stream().map(Offer::choice).anyMatch(c -> keepsCurrent(world, c));
        return kept ? offers : all(offers, all(Beginnings.fromCurrent(world), Beginnings.currentOnceStopped(world)));
    }

    private static boolean keepsCurrent(World world, Choice choice) {
        return switch (choice.way()) {
            case TAKE_OVER, PRESUME_OFF, FORGET -> true;
            case BEGIN -> choice.from() != null && isCurrent(world, choice.from());
            case CONTINUE ->
                HolderLine.of(world)
                        .filter(h -> h.node().node().equals(choice.node()) && hasItsTip(h))
                        .map(h -> h.line().tip())
                        .filter(t -> isCurrent(world, t))
                        .isPresent();
        };
    }

    /** And not what a run beside its line left, or has, or a power loss. */
    private static boolean hasItsTip(HolderLine holder) {
        Run run = holder.facts().run();
        Digest lies = holder.facts().live();
        boolean ranBeside = run != null && !run.online() && !run.voided();
        return !ranBeside && (lies == null || lies.equals(holder.line().tip()));
    }

    /** Empty also where it runs on several: then that is settled first. */
    static Optional<String> whereItRuns(World world) {
        List<NodeView> running = Whereabouts.running(world).toList();
        return running.size() == 1 ? Optional.of(running.getFirst().node()) : Optional.empty();
    }

    static String mustStop(String where) {
        return " The domain must be stopped on %s then, and what it has there is left aside.".formatted(where);
    }

    private static boolean hasSomething(NodeView node) {
        return node.alive() && node.hostId() != null && node.facts().hasState() && !isBlank(node.facts());
    }

    /** @param stopped where the domain runs, and must be stopped for it; null: nowhere else */
    private static Offer continueOn(World world, NodeView node, @Nullable String stopped) {
        Having it = new Having(world, node);
        return new Offer(
                Choice.continueOn(node.node(), node.facts().run()),
                "Continue from what %s. %s%s%s"
                        .formatted(
                                it.told(),
                                it.mayBeTorn() ? "It may be torn, or older than what the domain wrote last. " : "",
                                it.loses(stopped),
                                twice(world, node.node())));
    }

    /**
     * Beside these, each node with an end that is not saved and that nobody has called no part of the domain: where it is not plain
     * what the domain left, that may be it. Where it runs it is stopped first.
     */
    static List<NodeView> andOthers(World world, Collection<NodeView> these) {
        return Stream.concat(
                        these.stream(),
                        world.nodes().values().stream().filter(n -> !these.contains(n) && mayBeIt(world, n.facts())))
                .toList();
    }

    /** Beside these, each node with an end that is not saved, also where somebody called that no part of the domain: nothing else is left. */
    static List<NodeView> andWhatWasLeftAside(World world, Collection<NodeView> these) {
        return Stream.concat(
                        these.stream(),
                        world.nodes().values().stream()
                                .filter(n -> !these.contains(n)
                                        && !n.facts().active()
                                        && !n.facts().runOpen()
                                        && !isSaved(world, n.facts())))
                .toList();
    }

    static boolean mayBeIt(World world, Facts facts) {
        Run run = facts.run();
        if (facts.active() || facts.runOpen()) {
            return false;
        }
        boolean handedOn = facts.lineOf(world.recordUid())
                .filter(l -> l.state() == LineState.TOMBSTONE)
                .isPresent();
        boolean settled = run == null ? handedOn : run.voided() || (handedOn && run.online());
        // Where nothing is saved, more than a blank TPM is what was left aside once, too.
        return isNothingSaved(world) || (!settled && !isSaved(world, facts));
    }

    /** Or no more: what was current is gone from the cluster. */
    static boolean isNothingSaved(World world) {
        Current current = world.status().current();
        return current == null || world.generationOf(current.digest()).isEmpty();
    }

    private static boolean isSaved(World world, Facts facts) {
        Run run = facts.run();
        Stream<Digest> left = facts.live() != null
                ? Stream.of(facts.live())
                : facts.entries().stream()
                        .filter(e -> run != null && e.run() == run.n())
                        .flatMap(e -> Stream.ofNullable(e.digest()));
        return left.allMatch(d -> world.generationOf(d)
                .filter(g -> !g.candidate() || isCurrent(world, d))
                .isPresent());
    }

    private static boolean isCurrent(World world, Digest digest) {
        Current current = world.status().current();
        return current != null && current.digest().equals(digest);
    }

    /**
     * What a migration left that failed is not the domain's: libvirt made it before anything was received. But for what lay there
     * already, as the capture of an earlier run shows.
     */
    static boolean isBlank(Facts facts) {
        Run run = facts.run();
        return run != null
                && run.kind() == RunKind.INCOMING
                && run.how() == Ending.FAILED
                && !facts.active()
                && facts.entries().stream()
                        .noneMatch(e -> e.run() != run.n()
                                && e.complete()
                                && e.digest() != null
                                && e.digest().equals(facts.live()));
    }

    /** Each of the nodes that received the domain, or may have: what it left is the domain, or is none. */
    static List<Offer> settle(World world, Collection<NodeView> received) {
        List<Offer> forgotten = received.stream()
                .filter(n -> n.alive() && !n.facts().active())
                .flatMap(n -> Optional.ofNullable(n.facts().run()).stream()
                        .filter(r -> r.mayHaveReceived() && !r.open())
                        .flatMap(r -> forget(world, n, r).stream()))
                .toList();
        return all(continueOn(world, received), forgotten);
    }

    /** What a failed migration left hides the run before it: there is nothing to go on with, and it can be forgotten. */
    static List<Offer> forgetBlank(World world, NodeView node) {
        Run run = node.facts().run();
        return run != null && node.alive() && isBlank(node.facts()) && !run.voided()
                ? forget(world, node, run)
                : List.of();
    }

    static List<Offer> takeOver(World world, Holder holder) {
        Current current = world.status().current();
        String lost = current == null
                ? "nothing of the domain was ever saved, so it starts with a blank TPM, and all that its keys protect is lost"
                : "it starts from generation %d, confirmed %s; what %s had not saved since is lost"
                        .formatted(current.generation(), current.confirmedAt(), holder.node());
        String said = TakeOver.lostItsDirectory(world, holder)
                ? "What %s held the domain by is gone for good".formatted(holder.node())
                : "%s is off for certain".formatted(holder.node());
        return List.of(new Offer(
                Choice.takeOver(holder, world.holder().map(n -> n.facts().run()).orElse(null)),
                "%s: the next node that asks may start the domain; %s. If it runs there all the same, it runs twice."
                        .formatted(said, lost)));
    }

    static List<Offer> presumeOff(List<NodeView> silent) {
        List<String> names = silent.stream().map(NodeView::node).sorted().toList();
        String all = String.join(", ", names);
        return List.of(new Offer(
                Choice.presumeOff(names),
                "%s did not receive the domain, or is off for certain: it counts as not having it. If it runs there all the same, it runs twice."
                        .formatted(all)));
    }

    static List<Offer> forget(World world, NodeView node, Run run) {
        Having it = new Having(world, node);
        return List.of(new Offer(
                Choice.forget(node.node(), run),
                "What %s is no part of the domain. %s The line goes on where it is."
                        .formatted(it.told(), it.losesForgotten())));
    }

    /** What becomes of the domain where a node that is silent, and not known to be off, runs it all the same. */
    static String twice(World world, @Nullable String except) {
        List<String> silent = world.nodes().values().stream()
                .filter(n -> !n.alive() && !n.fenced() && !n.node().equals(except))
                .filter(n -> n.facts().active()
                        || n.facts().runOpen()
                        || n.facts()
                                .lineOf(world.recordUid())
                                .filter(Line::isHeld)
                                .isPresent())
                .map(NodeView::node)
                .toList();
        return silent.isEmpty()
                ? ""
                : " If it runs on %s all the same, it runs twice.".formatted(String.join(" or ", silent));
    }

    static List<Offer> all(List<Offer> first, List<Offer> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
