package io.tpmkeeper.simulation.world;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Decision;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.RunKind;
import io.tpmkeeper.protocol.operator.Finding;
import io.tpmkeeper.protocol.operator.NodeView;
import io.tpmkeeper.protocol.operator.World;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Content;
import io.tpmkeeper.simulation.truth.Harm;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds what a person was shown against what there was: whoever accepts a loss was offered the newest state that could be had, so
 * that nobody loses more than was lost already for want of being told.
 */
final class Offered {
    private final Scene scene;

    /** What people said is no part of the domain, where it lies. */
    private final Set<Left> forgotten = new HashSet<>();

    private List<Host> hosts = List.of();

    private record Left(String node, Content content) {}

    Offered(Scene scene) {
        this.scene = scene;
    }

    void watch(List<Host> all) {
        hosts = all;
    }

    /** At the moment when it is accepted, before anything follows from that. */
    void theNewestWasOffered(Decision asked, Choice accepted, World seen) {
        Content newest = newestToBeHad(seen).orElse(null);
        if (newest == null || keeps(accepted, newest, seen)) {
            return;
        }
        boolean offered = asked.options().stream().anyMatch(o -> keeps(o.choice(), newest, seen))
                || standsWhereItIs(asked, newest, seen);
        if (offered) {
            return;
        }
        if (scene.truth().isTentative()) {
            scene.coverage().reached("limit", "a run before any line was forked by the first one");
            return;
        }
        if (isNotToldYet(accepted, newest, seen) || wasOfferedByWhatWasTold(asked, newest, seen)) {
            scene.coverage().reached("limit", "somebody chose before a node had reported what came to be there");
            return;
        }
        if (scene.truth().isWrittenOver(newest)) {
            scene.coverage()
                    .reached("limit", "a migration came over what somebody had chosen, which is an older generation");
            return;
        }
        if (!isSaved(newest, seen)
                && reporting(seen).noneMatch(h -> has(h, newest) && !isInSpoolOnly(h, newest, seen))) {
            scene.coverage()
                    .reached("limit", "what an earlier run left lies in a spool only, behind what came after it");
            return;
        }
        if (!isSaved(newest, seen)
                && reporting(seen)
                        .noneMatch(h -> has(h, newest) && !h.failedToReceive() && !isInSpoolOnly(h, newest, seen))) {
            scene.coverage().reached("limit", "what a migration that failed found where it went is taken for a blank");
            return;
        }
        scene.story().say("truth", "%s could be had, and was not offered: %s", newest, asked);
        throw new Broken(Harm.STALE, "%s could be had, and was not offered: %s".formatted(newest, asked));
    }

    /** Somebody says that what lies there is no part of the domain: it is not offered again. */
    void forgets(String node) {
        Optional.ofNullable(scene.truth().newest()).stream()
                .flatMap(Content::lineage)
                .filter(host(node)::has)
                .forEach(c -> forgotten.add(new Left(node, c)));
    }

    /** What came to be on a host since it reported last, or is on the chosen one no more, nobody could tell. */
    private boolean isNotToldYet(Choice accepted, Content newest, World seen) {
        boolean gone =
                accepted.way() == Choice.Way.CONTINUE && !hasTold(host(Objects.requireNonNull(accepted.node())), seen);
        return gone || (!isSaved(newest, seen) && reporting(seen).noneMatch(h -> has(h, newest) && hasTold(h, seen)));
    }

    /**
     * To continue on a host that had it by its last report, and where something came over it since: such a choice is withdrawn, and
     * it is asked again.
     */
    private boolean wasOfferedByWhatWasTold(Decision asked, Content newest, World seen) {
        return asked.options().stream()
                .map(Decision.Option::choice)
                .filter(c -> c.way() == Choice.Way.CONTINUE)
                .map(c -> host(Objects.requireNonNull(c.node())))
                .filter(h -> !hasTold(h, seen))
                .flatMap(h -> Stream.ofNullable(seen.nodes().get(h.name())))
                .map(NodeView::facts)
                .filter(f -> f.live() == null || newest.digest().equals(f.live()))
                .flatMap(f -> f.lineOf(seen.recordUid()).stream())
                .anyMatch(l -> newest.digest().equals(l.tip()));
    }

    /** Of a host that was said to receive the domain: what comes, and not what libvirt made to receive it. */
    @Nullable
    Content whatIsMeant(Host host, World seen) {
        Content newest = scene.truth().newest();
        NodeView told = seen.nodes().get(host.name());
        boolean received = told != null
                && told.facts().active()
                && told.facts().run() != null
                && told.facts().run().kind() == RunKind.INCOMING;
        return received && !host.libvirt().runs() && newest != null ? newest : host.whatItHas();
    }

    /** Of the domain's life, what lies whole in the cluster or on a host that reports. Null: nothing ever was, or nothing is left. */
    private Optional<Content> newestToBeHad(World seen) {
        return Optional.ofNullable(scene.truth().newest()).stream()
                .flatMap(Content::lineage)
                .filter(Content::isWhole)
                .filter(c -> isSaved(c, seen)
                        || reporting(seen).anyMatch(h -> has(h, c) && !forgotten.contains(new Left(h.name(), c))))
                .findFirst();
    }

    /** A tip that cannot be saved: the reason itself says that the domain starts from it where it is, whatever is chosen or not. */
    private boolean standsWhereItIs(Decision asked, Content content, World seen) {
        return asked.reason().equals(Finding.Reason.LOST_TAIL.word())
                && hosts.stream()
                        .filter(h -> has(h, content))
                        .map(Host::line)
                        .anyMatch(l -> l != null
                                && l.record().equals(seen.recordUid())
                                && (l.isHeld() || l.state() == LineState.LEFT)
                                && content.digest().equals(l.tip()));
    }

    /**
     * Behind what the last run there left, or without any run that is known: nobody protected it, or its verification refused it. To
     * go on from what the host has is not to go on from this.
     */
    private static boolean isInSpoolOnly(Host host, Content content, World seen) {
        RecordStatus.Refused refused = seen.status().refused();
        Line line = host.line();
        boolean isTip = line != null
                && line.record().equals(seen.recordUid())
                && content.digest().equals(line.tip());
        // A record that was wiped does not know of it any more.
        boolean isRefused = (refused != null && refused.digest().equals(content.digest()))
                || host.agent().isDistrusted(content);
        return (!isTip || isRefused) && host.hasOnlyOfEarlierRuns(content);
    }

    private static boolean hasTold(Host host, World seen) {
        NodeView view = seen.nodes().get(host.name());
        return view != null && host.agent().hasTold(view.facts());
    }

    boolean isSaved(Content content, World seen) {
        return seen.generations().stream()
                .anyMatch(g ->
                        g.digest().equals(content.digest()) && seen.references().isWhole(g));
    }

    private Stream<Host> reporting(World seen) {
        return hosts.stream().filter(h -> {
            NodeView view = seen.nodes().get(h.name());
            return view != null && view.alive() && h.agent().isHeard();
        });
    }

    private static boolean has(Host host, Content content) {
        return host.libvirt().runs() ? content == host.libvirt().content() : host.hasAtHand(content);
    }

    /** Whether the domain goes on from this content, or may still, once this is chosen. */
    private boolean keeps(Choice choice, Content content, World seen) {
        return switch (choice.way()) {
            // Of a migration that does not come nothing is given, and it is asked again.
            case CONTINUE -> grewFrom(whatIsMeant(host(Objects.requireNonNull(choice.node())), seen), content);
            case BEGIN -> grewFrom(scene.contents().of(choice.from()), content);
            case TAKE_OVER -> isCurrent(content, seen);
            case FORGET ->
                isCurrent(content, seen)
                        || (isSaved(content, seen)
                                && !host(Objects.requireNonNull(choice.node())).has(content))
                        || reporting(seen)
                                .filter(h -> !h.name().equals(choice.node()))
                                .anyMatch(h -> has(h, content));
            // Whoever reports keeps what it has, and it is followed, or asked about, next.
            case PRESUME_OFF -> isCurrent(content, seen) || reporting(seen).anyMatch(h -> has(h, content));
        };
    }

    private boolean isCurrent(Content content, World seen) {
        Current current = seen.status().current();
        return current != null && grewFrom(scene.contents().of(current.digest()), content);
    }

    private static boolean grewFrom(@Nullable Content now, Content older) {
        return now != null && now.descendsFrom(older);
    }

    private Host host(String name) {
        return hosts.stream().filter(h -> h.name().equals(name)).findFirst().orElseThrow();
    }
}
