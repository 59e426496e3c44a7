package io.tpmkeeper.simulation.truth;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.simulation.story.Coverage;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which content is the newest and which guest is the VM's life. A start that goes on from anything else breaks a promise, unless
 * a person or a documented limit allows exactly that; what is allowed is counted.
 */
public final class Truth {
    private final Contents contents;
    private final Coverage coverage;

    /** Null: nothing ever was, or nobody can say. */
    private @Nullable Content newest;

    /** Host on which the VM's life goes on now. */
    private @Nullable String livesOn;

    /** The last copy was destroyed by people or by several faults at once: it need not be anywhere any more. */
    private boolean gone;

    /** The life was begun without any right before there was a line (break-glass, a host that knows no index). */
    private boolean tentative;

    /** What a person chose to go on from: what is current need not have grown from what was, but from that. */
    private @Nullable Content chosen;

    /** Where a person chose to continue, until it is so: nobody protects what lies there before. */
    private @Nullable String awaited;

    /** What a person chose to go on from, where a migration came over it before that was so. */
    private @Nullable Content writtenOver;

    /** A host that a person chose, and that started what it held before: it holds a line that was given up. */
    private @Nullable String unheard;

    private boolean forked;

    /** The last start of its life was nobody's to allow. */
    private boolean unprotected;

    /** What guests had that are not the domain's life, when they were migrated: where they arrive nobody can tell them from it. */
    private final Set<Content> wandering = new HashSet<>();

    /** Hosts that were given up for dead by people: what they do is no part of the VM's life. */
    private final Set<String> forsaken = new HashSet<>();

    public Truth(Contents contents, Coverage coverage) {
        this.contents = contents;
        this.coverage = coverage;
    }

    public @Nullable Content newest() {
        return newest;
    }

    public boolean livesOn(String host) {
        return host.equals(livesOn);
    }

    /** Whether the newest state must be somewhere although no guest has it. */
    public boolean mustBeKept() {
        return newest != null && livesOn == null && !gone;
    }

    /** Whether it is known that the newest state need not be anywhere. */
    public boolean isGone() {
        return gone;
    }

    /** The newest state may be nowhere from now on. */
    public void giveUp(String limit) {
        if (!gone) {
            coverage.reached("limit", limit);
            gone = true;
        }
    }

    /**
     * A guest begins on-line.
     *
     * @param from what lies there when it begins; null: nothing does
     * @param became what it has once swtpm has opened it
     */
    public void beginsOnline(String host, @Nullable Content from, Content became) {
        if (forsaken.contains(host)) {
            coverage.reached("limit", "a host that was given up for dead starts what it holds");
            return;
        }
        if (livesOn != null) {
            throw new Broken(Harm.STALE, "%s starts on-line while the domain runs on %s".formatted(host, livesOn));
        }
        if (newest != null && from != newest && isAwaited(host)) {
            // Its line is from before the choice, which is withdrawn, since what was chosen is not there any more.
            coverage.reached("limit", "a host that a person chose starts what it held before it hears of that");
            awaited = null;
            unheard = host;
        } else if (newest != null && from != newest) {
            throw new Broken(
                    from == null ? Harm.BLANK : Harm.STALE,
                    "%s starts on-line from %s, and the newest is %s".formatted(host, from, newest));
        }
        lives(host, became);
        unprotected = false;
    }

    /**
     * A guest begins off-line.
     *
     * @param known whether the host knows that the cluster has a record of the domain
     * @param given whether some host has a line
     */
    public void beginsOffline(String host, @Nullable Content from, Content became, boolean known, boolean given) {
        boolean goesOn = from == newest && livesOn == null && !forsaken.contains(host);
        if (!given && goesOn) {
            tentative = known;
            lives(host, became);
            unprotected = !known;
        } else if (!known && !given) {
            // Nobody protects it: what its people start is what they mean.
            lives(host, became);
            unprotected = true;
        } else {
            coverage.reached("limit", "a fork, which is nobody's life");
            forked = true;
        }
    }

    private void lives(String host, Content content) {
        livesOn = host;
        newest = content;
        gone = false;
        forked = false;
    }

    /** Its life was begun without any right before there was a line: the first line may fork it. */
    public boolean isTentative() {
        return tentative;
    }

    public boolean isUnprotected() {
        return unprotected;
    }

    /** Since its life went on last, something else was started. */
    public boolean isForked() {
        return forked;
    }

    /** The guest writes to its TPM, or its disk went back to what was written before. */
    public void has(String host, Content content) {
        if (livesOn(host)) {
            newest = content;
        }
    }

    public void ends(String host) {
        if (livesOn(host)) {
            livesOn = null;
        }
    }

    /**
     * A migration succeeded.
     *
     * @param known whether some host has a line, or is about to be given one; if not, people's own will is what counts
     */
    public void migrates(String from, String to, Content content, boolean known) {
        if (livesOn(from) || (!known && newest != null)) {
            lives(to, content);
            return;
        }
        wandering.add(content);
        if (unprotected) {
            // Two guests of one domain that nobody protected: of what ended where the other comes to, no more is kept
            // than of any end.
            forked = true;
        }
    }

    /** An administrator changed the files while the VM was off, and said so; now that is taken up. */
    public void edited(String host, @Nullable Content before, @Nullable Content after) {
        if (before == newest && !forsaken.contains(host)) {
            newest = after;
        }
    }

    /** Whether the newest state is none of those that this one grew from. */
    public boolean isLeftAsideBy(@Nullable Content content) {
        return newest != null && (content == null || !content.descendsFrom(newest));
    }

    /**
     * A host obeys the order to go on with what it has.
     *
     * @param content what that is: of the guest that runs there, or the line's tip
     * @param somethingElsewhere whether another host that was not given up has the newest state
     */
    public void adopts(String host, @Nullable Content content, boolean active, boolean somethingElsewhere) {
        forsaken.remove(host);
        boolean grown = content != null && newest != null && content.descendsFrom(newest);
        boolean elsewhere = livesOn != null && !livesOn(host);
        if (newest != null && (elsewhere || !grown)) {
            boolean wandered = content != null && wandering.stream().anyMatch(content::descendsFrom);
            if (!tentative && !gone && !wandered && somethingElsewhere) {
                throw new Broken(
                        content == null ? Harm.BLANK : Harm.STALE,
                        "%s goes on with %s, and the newest is %s".formatted(host, content, newest));
            }
            if (livesOn != null && !livesOn(host)) {
                leaveBehind(livesOn);
            }
            coverage.reached(
                    "limit",
                    tentative
                            ? "a run before any line was forked by adoption"
                            : wandered ? "a fork that was migrated is taken for the domain" : "adopted what was left");
            chosen = wandered ? content : chosen;
        }
        unprotected = false;
        awaited = null;
        livesOn = active ? host : null;
        newest = content;
        tentative = false;
        if (gone) {
            chosen = content;
            gone = false;
        }
    }

    /** A host keeps what it has without the right to start it; where the newest is gone, that is the newest now. */
    public void isLeftWith(@Nullable Content content) {
        if (gone && content != null) {
            newest = content;
            gone = false;
        }
    }

    /**
     * A person chose to go on from exactly this, or the class allows it; what was newer is lost by that.
     *
     * @param content null: a blank TPM
     */
    public void goesOnFrom(@Nullable Content content) {
        newest = content;
        chosen = content;
        livesOn = null;
        settled();
    }

    /**
     * A person chose what this host has.
     *
     * @param content null: nothing of it is whole
     * @param runs whether a guest has it
     */
    public void goesOnAt(String host, @Nullable Content content, boolean runs) {
        forsaken.remove(host);
        livesOn = runs ? host : null;
        settled();
        awaited = host;
        if (content == null) {
            giveUp("what a person chose to continue from is torn");
        } else {
            newest = content;
            chosen = content;
        }
    }

    public boolean isAwaited(String host) {
        return host.equals(awaited);
    }

    public boolean hasNotHeard(String host) {
        return isAwaited(host) || host.equals(unheard);
    }

    /** A migration by a host that had not heard yet arrives on one. */
    public void writesOverWhatWasChosen(String host) {
        if (isAwaited(host)) {
            writtenOver = newest;
        }
    }

    public boolean isWrittenOver(Content content) {
        return content == writtenOver;
    }

    private void settled() {
        awaited = null;
        unheard = null;
        gone = false;
        forked = false;
        tentative = false;
        unprotected = false;
    }

    /** By a person's word, or the class's, what this host does from now on is no part of the VM's life. */
    public void leaveBehind(String host) {
        forsaken.add(host);
        ends(host);
    }

    /** It gave the line up: what it starts from now on is judged again. */
    public void tombstoned(String host) {
        forsaken.remove(host);
    }

    /** A line with exactly this content was obeyed. @param content null: none, a blank TPM is right */
    public void takes(String host, @Nullable Content content) {
        forsaken.remove(host);
        if (tentative && livesOn != null && !livesOn(host)) {
            coverage.reached("limit", "a run before any line was forked by the first one");
            livesOn = null;
            newest = content;
        }
        tentative = false;
    }

    /**
     * Something becomes current. It goes forward, or nothing is known.
     *
     * @param passed whether it is of a host by whose line the domain has gone on already
     */
    public void becomesCurrent(@Nullable Digest before, Digest now, boolean passed) {
        Content older = contents.of(before);
        Content newer = Objects.requireNonNull(contents.of(now), "a content that nobody made was promoted");
        boolean grown = older == null || newer.descendsFrom(older) || (chosen != null && newer.descendsFrom(chosen));
        if (!grown) {
            throw new Broken(
                    Harm.STALE, "current goes from %s to %s, which did not grow from it".formatted(older, newer));
        }
        if (!passed && newest != null && livesOn == null && newer != newest && newer.descendsFrom(newest)) {
            // A host that was given up for dead brought something newer home.
            newest = newer;
        }
    }

    /** People took the node out of service for good: what it did not save is lost, with their consent. */
    public void forsake(String host, @Nullable Digest current) {
        if (forsaken.add(host)) {
            coverage.reached("limit", "a node was given up for dead");
            newest = contents.of(current);
            if (livesOn(host)) {
                livesOn = null;
            }
        }
    }

    public boolean isForsaken(String host) {
        return forsaken.contains(host);
    }

    /** Nothing of it is left on the host: what it starts from now on is judged again. */
    public void cleaned(String host) {
        forsaken.remove(host);
    }

    /** The domain is taken out of protection and its states with it: what lies in libvirt's files is what there is. */
    public void forget() {
        newest = null;
        livesOn = null;
        gone = false;
        tentative = false;
    }
}
