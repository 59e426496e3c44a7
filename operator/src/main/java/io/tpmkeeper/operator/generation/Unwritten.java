package io.tpmkeeper.operator.generation;

import io.tpmkeeper.protocol.operator.NotWritten;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Domains of which the API server refuses to take a generation, and why. Only a memory, for what people read and for the pace:
 * an operator that starts is refused anew.
 */
public final class Unwritten {
    /** The domains that were refused last; of one that is forgotten it is said again with its next try. */
    private static final int LIMIT = 10_000;

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private record Refused(NotWritten why, Duration pause) {}

    private final Map<String, Refused> domains = new LinkedHashMap<>();

    /** @return after which pause it may be tried again: twice the last one */
    public synchronized Duration note(String domainUuid, NotWritten why) {
        Refused before = domains.remove(domainUuid);
        Duration next = before == null ? FIRST : before.pause().multipliedBy(2);
        Duration pause = next.compareTo(LONGEST) < 0 ? next : LONGEST;
        domains.put(domainUuid, new Refused(why, pause));
        if (domains.size() > LIMIT) {
            domains.remove(domains.keySet().iterator().next());
        }
        return pause;
    }

    /** One was taken, or there is none to be made any more. */
    public synchronized void forget(String domainUuid) {
        domains.remove(domainUuid);
    }

    public synchronized Optional<NotWritten> of(String domainUuid) {
        return Optional.ofNullable(domains.get(domainUuid)).map(Refused::why);
    }
}
