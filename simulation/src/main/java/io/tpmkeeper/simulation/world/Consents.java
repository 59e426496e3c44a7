package io.tpmkeeper.simulation.world;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Consent;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Decision;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.NodeOrders;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.OrderKind;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.operator.NodeView;
import io.tpmkeeper.protocol.operator.OnHostLoss;
import io.tpmkeeper.protocol.operator.World;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Content;
import io.tpmkeeper.simulation.truth.Harm;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds what is written of the line against what people accepted: a consent changes what it names, once, and nothing else; a host
 * is passed over only where a consent or the class says so.
 */
final class Consents {
    private final Scene scene;
    private final Offered offered;
    private final Map<String, Decision> shown = new HashMap<>();
    private final Set<String> used = new HashSet<>();
    private List<Host> hosts = List.of();

    Consents(Scene scene) {
        this.scene = scene;
        this.offered = new Offered(scene);
    }

    void watch(List<Host> all) {
        hosts = all;
        offered.watch(all);
    }

    /** @param wentBack the storage did once: what was answered may be asked again */
    void written(RecordStatus was, RecordStatus is, World seen, boolean wentBack) {
        Decision asked = is.decision();
        if (asked != null && !asked.equals(was.decision())) {
            asks(asked, seen, wentBack);
        }
        Consent consent = is.consent();
        if (consent != null && !consent.equals(was.consent())) {
            accepts(was, consent, seen, wentBack);
        }
        Holder holder = is.holder();
        if (holder != null && (was.holder() == null || is.epoch() != was.epoch())) {
            gives(was, is, holder, seen);
        }
    }

    private void asks(Decision asked, World seen, boolean wentBack) {
        scene.coverage().reached("decision", asked.reason());
        for (Decision.Option option : asked.options()) {
            Decision before = shown.put(option.of(), asked);
            if (before != null && !before.equals(asked) && !wentBack) {
                throw new Broken(Harm.STALE, "two things are asked under the name " + option.of());
            }
            Told.check(option, seen);
            scene.coverage()
                    .reached("offer", asked.reason() + " " + option.choice().way());
        }
    }

    private void accepts(RecordStatus was, Consent consent, World seen, boolean wentBack) {
        Choice choice = consent.choice();
        World.Accepted accepted = seen.accepted();
        Decision asked = was.decision();
        boolean offers = asked != null
                && asked.reason().equals(consent.reason())
                && asked.option(consent.of())
                        .filter(o -> o.choice().equals(choice))
                        .isPresent();
        boolean meant = accepted != null
                && accepted.of().equals(consent.of())
                && accepted.reason().equals(consent.reason());
        if (asked == null || !offers || !meant || (!used.add(consent.of()) && !wentBack)) {
            throw new Broken(Harm.STALE, "nobody accepts %s now".formatted(consent));
        }
        scene.coverage().reached("choice", choice.way().name());
        offered.theNewestWasOffered(asked, choice, seen);
        switch (choice.way()) {
            case CONTINUE -> {
                Host host = host(Objects.requireNonNull(choice.node()));
                leaveBehind(host.name(), seen);
                scene.truth()
                        .goesOnAt(host.name(), host.whatItHas(), host.libvirt().runs());
            }
            case BEGIN -> {
                leaveBehind(null, seen);
                scene.truth().goesOnFrom(scene.contents().of(choice.from()));
            }
            case FORGET -> forgets(was, Objects.requireNonNull(choice.node()), seen);
            case TAKE_OVER, PRESUME_OFF -> {}
        }
    }

    /** What received the domain is said to be no part of it: its life goes on from what the holder has. */
    private void forgets(RecordStatus was, String node, World seen) {
        offered.forgets(node);
        Content newest = scene.truth().newest();
        Holder holder = was.holder();
        boolean only = newest != null
                && host(node).has(newest)
                && !offered.isSaved(newest, seen)
                && hosts.stream().noneMatch(h -> !h.name().equals(node) && h.has(newest));
        if (only && holder != null && !holder.node().equals(node)) {
            scene.coverage().reached("limit", "a person forgot the newest state");
            scene.truth().leaveBehind(node);
            scene.truth().goesOnFrom(host(holder.node()).whatItHas());
        }
    }

    /** People turned away from what these have, or were to be given: until they hear of it they may go on with it. */
    private void leaveBehind(@Nullable String except, World seen) {
        for (Host host : hosts) {
            boolean ordered = seen.ordersOf(host.name())
                    .flatMap(NodeOrders::open)
                    .filter(o -> o.kind() == OrderKind.HELD)
                    .isPresent();
            boolean may = ordered || host.holds() || scene.truth().livesOn(host.name());
            if (may && !host.name().equals(except)) {
                scene.truth().leaveBehind(host.name());
            }
        }
    }

    private void gives(RecordStatus was, RecordStatus is, Holder to, World seen) {
        Consent consent = was.consent();
        Order order = is.ordersOf(to.node()).map(NodeOrders::order).orElseThrow();
        if (consent != null && consent.choice().way() == Choice.Way.PRESUME_OFF) {
            presumeOff(consent.choice().silent(), to, order);
        }
        if (consent != null && was.holder() == null && isReset(consent.choice())) {
            isWhatWasChosen(consent.choice(), to, order, seen);
        }
        if (was.holder() == null || endedUnseen(seen)) {
            withoutFencedOnes(to, order, seen);
        }
        if (isPassedOver(was, is, seen)) {
            passOver(Objects.requireNonNull(was.holder()), was, seen);
        }
    }

    /** Nobody knows whether the holder's last run was migrated. */
    private static boolean endedUnseen(World seen) {
        return seen.holder()
                .map(n -> n.facts().run())
                .filter(r -> r.how() == Ending.UNKNOWN)
                .isPresent();
    }

    private static boolean isReset(Choice choice) {
        return choice.way() == Choice.Way.CONTINUE || choice.way() == Choice.Way.BEGIN;
    }

    private void isWhatWasChosen(Choice choice, Holder to, Order order, World seen) {
        boolean chosen = choice.way() == Choice.Way.CONTINUE
                ? to.node().equals(choice.node()) && io.tpmkeeper.protocol.Content.LIVE.equals(order.tip())
                : io.tpmkeeper.protocol.Content.of(choice.from()).equals(order.tip());
        if (!chosen) {
            throw new Broken(Harm.STALE, "%s was chosen, and %s is given %s".formatted(choice, to, order));
        }
        for (Host host : hosts) {
            NodeView view = seen.nodes().get(host.name());
            if (host.holdsFor(seen.recordUid())
                    && view != null
                    && view.alive()
                    && host.agent().isHeard()) {
                throw new Broken(Harm.STALE, "%s holds the line still, and it is given anew".formatted(host.name()));
            }
        }
        leaveBehind(to.node(), seen);
    }

    private void presumeOff(List<String> silent, Holder to, Order order) {
        boolean there = silent.stream().anyMatch(n -> scene.truth().livesOn(n) || isOnlyOn(n));
        silent.forEach(scene.truth()::leaveBehind);
        if (there) {
            scene.coverage().reached("limit", "the domain runs on a node that a person presumed off");
            scene.truth().goesOnFrom(given(to, order));
        }
    }

    private boolean isOnlyOn(String node) {
        Content newest = scene.truth().newest();
        return newest != null
                && host(node).has(newest)
                && hosts.stream()
                        .noneMatch(h -> h.has(newest)
                                && !h.name().equals(node)
                                && !scene.truth().isForsaken(h.name()));
    }

    /** An administrator said that these are off: what they have is not asked for. */
    private void withoutFencedOnes(Holder to, Order order, World seen) {
        Content newest = scene.truth().newest();
        for (Host host : hosts) {
            NodeView view = seen.nodes().get(host.name());
            boolean passed = host.isFenced() && !host.name().equals(to.node()) && (view == null || !view.alive());
            boolean hasTheNewest =
                    newest != null && host.has(newest) && !scene.truth().isForsaken(host.name());
            boolean elsewhere = newest != null
                    && hosts.stream()
                            .anyMatch(h ->
                                    h != host && h.has(newest) && !scene.truth().isForsaken(h.name()));
            // Of a line that storage which went back has forgotten.
            boolean startsIt = newest == null && host.holds();
            if (passed && (startsIt || scene.truth().livesOn(host.name()) || (hasTheNewest && !elsewhere))) {
                scene.coverage().reached("limit", "a fenced node had the newest state when the line was given past it");
                scene.truth().leaveBehind(host.name());
                scene.truth().goesOnFrom(given(to, order));
            }
            if (passed && host.holdsFor(seen.recordUid()) && !scene.truth().isForsaken(host.name())) {
                // The status that said so was lost: by the record nobody holds the line.
                scene.coverage().reached("limit", "a fenced node held the line when it was given first");
                scene.truth().leaveBehind(host.name());
            }
            if (passed && scene.truth().isUnprotected()) {
                hosts.stream().filter(h -> cameFromThere(h, to)).forEach(h -> {
                    scene.coverage()
                            .reached("limit", "a fenced node sent the domain elsewhere before it was protected");
                    scene.truth().leaveBehind(h.name());
                    scene.truth().goesOnFrom(given(to, order));
                });
            }
        }
    }

    private boolean cameFromThere(Host host, Holder to) {
        return scene.truth().livesOn(host.name()) && !host.name().equals(to.node());
    }

    /** What the new holder goes on from. */
    private @Nullable Content given(Holder to, Order order) {
        return switch (Objects.requireNonNull(order.tip())) {
            case io.tpmkeeper.protocol.Content.Of of -> scene.contents().of(of.digest());
            case io.tpmkeeper.protocol.Content.None none -> null;
            case io.tpmkeeper.protocol.Content.Live live -> host(to.node()).whatItHas();
        };
    }

    /** The line is given past a holder that had not given it up. */
    private static boolean isPassedOver(RecordStatus was, RecordStatus is, World seen) {
        Holder before = was.holder();
        if (before == null || Objects.equals(is.holder(), before) || isCommitted(is)) {
            return false;
        }
        NodeView view = seen.nodes().get(before.node());
        Order last = was.ordersOf(before.node()).map(NodeOrders::order).orElse(null);
        boolean gaveItUp = was.ordersOf(before.node())
                .filter(o -> !o.unanswered() && o.order() != null && o.order().kind() == OrderKind.TOMBSTONE)
                .isPresent();
        boolean neverTook = last != null
                && last.kind() == OrderKind.HELD
                && view != null
                && view.isHost(before.hostId())
                && view.facts().refused(last);
        return !gaveItUp && !neverTook;
    }

    /** The holder itself said that the domain left it, and where it is goes on with what it has. */
    private static boolean isCommitted(RecordStatus is) {
        return Objects.requireNonNull(is.holder()) != null
                && is.ordersOf(is.holder().node())
                        .map(NodeOrders::order)
                        .filter(o -> io.tpmkeeper.protocol.Content.LIVE.equals(o.tip()))
                        .isPresent();
    }

    private void passOver(Holder holder, RecordStatus was, World seen) {
        Consent consent = was.consent();
        boolean accepted = consent != null
                && consent.choice().way() == Choice.Way.TAKE_OVER
                && holder.node().equals(consent.choice().node())
                && holder.hostId().equals(consent.choice().hostId());
        if (!accepted && !isDead(holder, seen)) {
            throw new Broken(Harm.STALE, "%s is passed over, and nobody allows that".formatted(holder));
        }
        for (Host host : hosts) {
            NodeView view = seen.nodes().get(host.name());
            boolean elsewhere =
                    scene.truth().livesOn(host.name()) && !host.name().equals(holder.node());
            boolean reports = view != null && view.alive() && host.agent().isHeard();
            boolean cameSince =
                    view != null && wasAsked(view, seen) && !host.agent().hasTold(view.facts());
            if (elsewhere && reports && !cameSince) {
                throw new Broken(Harm.STALE, "the domain runs on %s, which reports".formatted(host.name()));
            }
            if (elsewhere) {
                scene.coverage()
                        .reached(
                                "limit",
                                reports
                                        ? "passed over while a silent holder sent the domain elsewhere, after all were asked"
                                        : "passed over while a silent node had received the domain");
                scene.truth().leaveBehind(host.name());
            }
        }
        scene.coverage().reached("passed over", accepted ? "by consent" : "by the class");
        Current current = was.current();
        scene.truth().leaveBehind(holder.node());
        scene.truth().goesOnFrom(current == null ? null : scene.contents().of(current.digest()));
    }

    /** Whether it answered what is asked of everybody before the line is given past its holder. */
    private static boolean wasAsked(NodeView view, World seen) {
        return seen.questions().keySet().stream()
                .anyMatch(
                        q -> q.startsWith("lost/%d/".formatted(seen.status().epoch())) && seen.answeredSince(view, q));
    }

    private boolean isDead(Holder holder, World seen) {
        NodeView view = seen.nodes().get(holder.node());
        if (seen.status().current() == null || view == null) {
            return false;
        }
        if (view.alive()) {
            // The host directory that was given the line is lost.
            return !holder.hostId().equals(view.hostId());
        }
        OnHostLoss policy = seen.policy().onHostLoss();
        boolean fenced = host(holder.node()).isFenced();
        return switch (policy.when()) {
            case NEVER -> false;
            case FENCED -> fenced;
            case AFTER -> fenced || view.downFor() >= policy.after();
        };
    }

    private Host host(String name) {
        return hosts.stream().filter(h -> h.name().equals(name)).findFirst().orElseThrow();
    }
}
