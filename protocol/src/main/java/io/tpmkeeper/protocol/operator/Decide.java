package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Choice;
import io.tpmkeeper.protocol.Consent;
import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.Decision;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Asks a person, and takes the answer. What is asked is written down before anybody sees it, under names that are never used
 * again; an answer counts only while it is one of these, so that a consent does what was shown and nothing else, and nothing twice.
 */
final class Decide {
    private static final int RANDOM_PART = 8;

    private Decide() {}

    /** @param findings of a pass in which no verb had anything to do, the most important first */
    static Verdict consider(World world, List<Finding> findings) {
        Optional<Finding> shown =
                findings.stream().findFirst().filter(f -> f.reason().isDecision());
        List<Finding.Offer> offers = shown.map(Finding::offers).orElseGet(List::of);
        Decision asked = world.status().decision();
        if (shown.isEmpty() || offers.isEmpty()) {
            return asked == null
                    ? tellWhoWaits(world, findings)
                    : Verdict.act(new Step.WriteRecord(world.status().withDecision(null)));
        }
        String reason = shown.get().reason().word();
        if (asked == null || !asks(asked, reason, offers)) {
            return Verdict.act(new Step.WriteRecord(world.status().withDecision(anew(world, reason, offers))));
        }
        return accepted(world, asked)
                .map(o -> obey(world, asked.reason(), o))
                .orElseGet(() -> tellWhoWaits(world, findings));
    }

    /** What is newer was sent, or what is current is made again, and the API server takes no generation now: it could not be chosen. */
    static boolean waitsToBeSaved(World world) {
        if (world.namespaceTerminating()) {
            return false;
        }
        Current current = world.status().current();
        boolean newer = world.uploads().stream()
                .filter(u -> u.verified() && u.complete() && world.recordUid().equals(u.record()))
                .filter(u -> current == null || u.version().compareTo(current.version()) > 0)
                .anyMatch(u -> world.generationOf(u.digest()).isEmpty());
        return newer
                || (current != null
                        && world.generationOf(current.digest()).isEmpty()
                        && (KeepCurrent.readable(world, current).isPresent()
                                || world.uploads().stream()
                                        .anyMatch(
                                                u -> u.verified() && u.digest().equals(current.digest()))));
    }

    /** A start that waits for the line waits for a person, or for the end of a deletion, unless a verb has told it more. */
    private static Verdict tellWhoWaits(World world, List<Finding> findings) {
        Verdict found = tellWhatIsFound(world, findings);
        return found.acts() ? found : Awaited.tell(world);
    }

    private static Verdict tellWhatIsFound(World world, List<Finding> findings) {
        return findings.stream()
                .filter(f -> f.reason() != Finding.Reason.FORKED_RUN || explains(world))
                .findFirst()
                .map(why -> Verdict.act(waiting(world, why)
                        .filter(n -> !isTold(n))
                        .flatMap(n -> Answering.answer(n, why).steps().stream())
                        .toList()))
                .orElse(Verdict.NOTHING);
    }

    /**
     * Beside a fork the line goes on, unless it is known to have left its holder and the fork hides where to, or nobody holds it until what
     * runs is stopped, as somebody chose.
     */
    private static boolean explains(World world) {
        return Reset.isUnderWay(world)
                || HolderLine.of(world)
                        .filter(h -> h.line().state() == LineState.LEFT)
                        .isPresent();
    }

    /** After a rollback nothing is delivered either. A node that was given up for dead is given nothing yet, and told why. */
    private static Stream<NodeView> waiting(World world, Finding why) {
        if (why.reason() == Finding.Reason.ROLLED_BACK) {
            return world.nodes().values().stream().filter(n -> n.asks().isPresent());
        }
        Stream<NodeView> back = world.status().gone().stream()
                .flatMap(n -> Optional.ofNullable(world.nodes().get(n)).stream())
                .filter(n -> n.asks().isPresent());
        return Stream.concat(world.asking().stream(), back);
    }

    private static boolean isTold(NodeView node) {
        GrantSpec.Answer answer = node.grant() == null ? null : node.grant().answer();
        Request request = node.facts().request();
        return answer != null && request != null && answer.request().equals(request.id()) && !Awaited.isOnlyThis(node);
    }

    /** The same choices in the same words: whoever read that less is lost did not consent to more. */
    private static boolean asks(Decision asked, String reason, List<Finding.Offer> offers) {
        List<Finding.Offer> shown = asked.options().stream()
                .map(o -> new Finding.Offer(o.choice(), o.message()))
                .toList();
        return asked.reason().equals(reason) && shown.equals(offers);
    }

    private static Decision anew(World world, String reason, List<Finding.Offer> offers) {
        List<Decision.Option> options = new ArrayList<>();
        String random = world.nonce().replace("-", "");
        for (Finding.Offer offer : offers) {
            Choice choice = offer.choice();
            String of = "%s/%d/%d/%s%d"
                    .formatted(
                            Objects.requireNonNullElse(choice.subject(), "any"),
                            world.status().epoch(),
                            Objects.requireNonNullElse(choice.run(), 0L),
                            random.substring(0, Math.min(RANDOM_PART, random.length())),
                            options.size());
            options.add(new Decision.Option(of, choice, offer.message()));
        }
        return new Decision(reason, options);
    }

    private static Optional<Decision.Option> accepted(World world, Decision asked) {
        return Optional.ofNullable(world.accepted())
                .filter(a -> a.reason().equals(asked.reason()))
                .flatMap(a -> asked.option(a.of()));
    }

    private static Verdict obey(World world, String reason, Decision.Option option) {
        Consent consent = new Consent(reason, option.of(), option.choice());
        RecordStatus next = switch (option.choice().way()) {
            case CONTINUE, BEGIN -> Reset.begin(world, consent);
            case TAKE_OVER, PRESUME_OFF, FORGET -> world.status().withConsent(consent);
        };
        return Verdict.act(
                new Step.WriteRecord(next),
                new Step.Announce(
                        true,
                        "LossAccepted",
                        "%s was answered (%s): %s".formatted(reason, option.of(), option.message())));
    }
}
